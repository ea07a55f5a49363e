"""Lines 58-62 of the behaviour document's list: children, other executions, later runs."""

import pytest
from stage import CANCEL, COMPLETE, CONTINUE, FAIL, Stage, decision, fault, timer

DTS = "DecisionTaskScheduled"


@pytest.mark.grade("R")
@pytest.mark.parametrize(
    ("close", "event", "told"),
    [
        (
            decision("CompleteWorkflowExecution", result="r"),
            "ChildWorkflowExecutionCompleted",
            {"result": "r"},
        ),
        (
            decision("FailWorkflowExecution", reason="r", details="d"),
            "ChildWorkflowExecutionFailed",
            {"reason": "r", "details": "d"},
        ),
        (
            decision("CancelWorkflowExecution", details="d"),
            "ChildWorkflowExecutionCanceled",
            {"details": "d"},
        ),
    ],
)
def test_58_a_parent_follows_its_child(
    stage: Stage, close: dict[str, object], event: str, told: dict[str, str]
) -> None:
    run = stage.start()
    stage.decide(stage.child(control="mine", input="i", tagList=["t"]))
    assert stage.types(run)[4:] == [
        "StartChildWorkflowExecutionInitiated",
        "ChildWorkflowExecutionStarted",
        DTS,
    ]
    child = stage.open_run(stage.id("child"))
    assert stage.only(run, "StartChildWorkflowExecutionInitiated") == {
        "childPolicy": "TERMINATE",
        "control": "mine",
        "decisionTaskCompletedEventId": 4,
        "eventId": 5,
        "executionStartToCloseTimeout": "3000",
        "input": "i",
        "tagList": ["t"],
        "taskList": {"name": "child"},
        "taskStartToCloseTimeout": "30",
        "workflowId": stage.id("child"),
        "workflowType": stage.flow,
    }
    assert stage.only(run, "ChildWorkflowExecutionStarted") == {
        "eventId": 6,
        "initiatedEventId": 5,
        "workflowExecution": child,
        "workflowType": stage.flow,
    }
    started = stage.only(child, "WorkflowExecutionStarted")
    assert (started["parentInitiatedEventId"], started["parentWorkflowExecution"]) == (5, run)
    assert (started["input"], started["tagList"], "control" in started) == ("i", ["t"], False)
    assert stage.describe(child)["executionInfo"]["parent"] == run
    stage.decide(close, on="child")
    assert stage.only(run, event) == told | {
        "eventId": 8,
        "initiatedEventId": 5,
        "startedEventId": 6,
        "workflowExecution": child,
        "workflowType": stage.flow,
    }
    stage.decide(COMPLETE)


@pytest.mark.grade("M")
def test_58_a_child_whose_id_is_taken_fails_later(stage: Stage) -> None:
    stage.start("child", taskList={"name": "others"})
    run = stage.start()
    stage.decide(stage.child(control="c"))
    assert stage.types(run)[4:] == [
        "StartChildWorkflowExecutionInitiated",
        "StartChildWorkflowExecutionFailed",
        DTS,
    ]
    assert stage.only(run, "StartChildWorkflowExecutionFailed") == {
        "cause": "WORKFLOW_ALREADY_RUNNING",
        "control": "c",
        "decisionTaskCompletedEventId": 4,
        "eventId": 6,
        "initiatedEventId": 5,
        "workflowId": stage.id("child"),
        "workflowType": stage.flow,
    }


@pytest.mark.grade("M")
def test_58_settings_are_not_inherited_from_the_parent(stage: Stage) -> None:
    run = stage.start(childPolicy="ABANDON", taskPriority="7", tagList=["t"])
    stage.decide(stage.child())
    child = stage.describe(stage.open_run(stage.id("child")))
    assert child["executionConfiguration"]["childPolicy"] == "TERMINATE"
    assert "taskPriority" not in child["executionConfiguration"]
    assert "tagList" not in child["executionInfo"]
    assert stage.describe(run)["openCounts"]["openChildWorkflowExecutions"] == 1


@pytest.mark.grade("F")
def test_59_a_parent_is_told_once_by_the_last_run_of_its_child(stage: Stage) -> None:
    run = stage.start()
    stage.decide(stage.child())
    first = stage.open_run(stage.id("child"))
    onward = decision("ContinueAsNewWorkflowExecution", taskList={"name": "child"})
    stage.decide(onward, on="child")
    second = stage.open_run(stage.id("child"))
    assert first != second
    assert stage.types(run)[-1] == DTS
    assert stage.describe(run)["openCounts"]["openChildWorkflowExecutions"] == 1
    started = stage.only(second, "WorkflowExecutionStarted")
    assert started["parentWorkflowExecution"] == run
    assert started["parentInitiatedEventId"] == 5
    assert started["continuedExecutionRunId"] == first["runId"]
    stage.decide(COMPLETE, on="child")
    closed = stage.only(run, "ChildWorkflowExecutionCompleted")
    assert closed["workflowExecution"] == second
    assert stage.describe(run)["openCounts"]["openChildWorkflowExecutions"] == 0


@pytest.mark.grade("M")
def test_59_a_policy_reaches_a_child_that_continued(stage: Stage) -> None:
    run = stage.start()
    stage.decide(stage.child())
    onward = decision("ContinueAsNewWorkflowExecution", taskList={"name": "child"})
    stage.decide(onward, on="child")
    second = stage.open_run(stage.id("child"))
    stage.terminate(run)
    assert stage.status(second) == "TERMINATED"


@pytest.mark.grade("M", "L")
@pytest.mark.parametrize("by_run", [False, True])
def test_60_a_signal_to_another_execution(stage: Stage, by_run: bool) -> None:
    target = stage.start("target", taskList={"name": "others"})
    run = stage.start()
    named = {"runId": target["runId"]} if by_run else {}
    stage.decide(
        decision(
            "SignalExternalWorkflowExecution",
            workflowId=target["workflowId"],
            signalName="s",
            input="i",
            control="c",
            **named,
        )
    )
    assert stage.only(run, "SignalExternalWorkflowExecutionInitiated") == named | {
        "control": "c",
        "decisionTaskCompletedEventId": 4,
        "eventId": 5,
        "input": "i",
        "signalName": "s",
        "workflowId": target["workflowId"],
    }
    assert stage.only(target, "WorkflowExecutionSignaled") == {
        "eventId": 3,
        "externalInitiatedEventId": 5,
        "externalWorkflowExecution": run,
        "input": "i",
        "signalName": "s",
    }
    assert stage.types(run)[4:] == [
        "SignalExternalWorkflowExecutionInitiated",
        "ExternalWorkflowExecutionSignaled",
        DTS,
    ]
    assert stage.only(run, "ExternalWorkflowExecutionSignaled") == {
        "eventId": 6,
        "initiatedEventId": 5,
        "workflowExecution": target,
    }


@pytest.mark.grade("M", "T")
def test_60_a_cancel_request_to_another_execution(stage: Stage) -> None:
    target = stage.start("target", taskList={"name": "others"})
    run = stage.start()
    stage.decide(
        decision(
            "RequestCancelExternalWorkflowExecution",
            workflowId=target["workflowId"],
            control="c",
        )
    )
    assert stage.only(target, "WorkflowExecutionCancelRequested") == {
        "eventId": 3,
        "externalInitiatedEventId": 5,
        "externalWorkflowExecution": run,
    }
    assert stage.only(run, "ExternalWorkflowExecutionCancelRequested") == {
        "eventId": 6,
        "initiatedEventId": 5,
        "workflowExecution": target,
    }


@pytest.mark.grade("M", "T")
@pytest.mark.parametrize("kind", ["SignalExternal", "RequestCancelExternal"])
@pytest.mark.parametrize("which", ["unknown", "closed", "another run"])
def test_60_an_unknown_target(stage: Stage, kind: str, which: str) -> None:
    named = {"workflowId": stage.id("target")}
    if which != "unknown":
        old = stage.start("target", taskList={"name": "others"})
        stage.terminate(old)
        named["runId"] = old["runId"]
    if which == "another run":
        stage.start("target", taskList={"name": "others"})
    run = stage.start()
    more = {"signalName": "s"} if kind == "SignalExternal" else {}
    stage.decide(decision(f"{kind}WorkflowExecution", control="c", **named, **more))
    assert stage.types(run)[4:] == [
        f"{kind}WorkflowExecutionInitiated",
        f"{kind}WorkflowExecutionFailed",
        DTS,
    ]
    assert stage.only(run, f"{kind}WorkflowExecutionFailed") == named | {
        "cause": "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION",
        "control": "c",
        "decisionTaskCompletedEventId": 4,
        "eventId": 6,
        "initiatedEventId": 5,
    }


@pytest.mark.grade("U")
@pytest.mark.unknown(19)
def test_60_an_execution_signals_and_cancels_itself(stage: Stage) -> None:
    run = stage.start()
    stage.decide(
        decision("SignalExternalWorkflowExecution", workflowId=run["workflowId"], signalName="s")
    )
    assert stage.types(run)[4:] == [
        "SignalExternalWorkflowExecutionInitiated",
        "WorkflowExecutionSignaled",
        DTS,
        "ExternalWorkflowExecutionSignaled",
    ]
    assert stage.only(run, "WorkflowExecutionSignaled")["externalWorkflowExecution"] == run
    stage.decide(decision("RequestCancelExternalWorkflowExecution", workflowId=run["workflowId"]))
    assert stage.types(run)[-3:] == [
        "WorkflowExecutionCancelRequested",
        DTS,
        "ExternalWorkflowExecutionCancelRequested",
    ]
    stage.decide(CANCEL)


@pytest.mark.grade("R", "M")
@pytest.mark.unknown(28)
def test_61_a_continued_execution_is_a_new_run(stage: Stage) -> None:
    run = stage.start(input="old", tagList=["old"], childPolicy="ABANDON", taskPriority="4")
    stage.decide(stage.schedule("a"), timer(), executionContext="old")
    stage.signal(run)
    stage.decide(
        decision("ContinueAsNewWorkflowExecution", input="new", executionStartToCloseTimeout="77")
    )
    second = stage.open_run(run["workflowId"])
    continued = stage.only(run, "WorkflowExecutionContinuedAsNew")
    assert continued == {
        "childPolicy": "TERMINATE",
        "decisionTaskCompletedEventId": 10,
        "eventId": 11,
        "executionStartToCloseTimeout": "77",
        "input": "new",
        "newExecutionRunId": second["runId"],
        "taskList": {"name": stage.decisions},
        "taskStartToCloseTimeout": "30",
        "workflowType": stage.flow,
    }
    assert stage.status(run) == "CONTINUED_AS_NEW"
    assert stage.types(second) == ["WorkflowExecutionStarted", DTS]
    assert stage.only(second, "WorkflowExecutionStarted") == {
        "childPolicy": "TERMINATE",
        "continuedExecutionRunId": run["runId"],
        "eventId": 1,
        "executionStartToCloseTimeout": "77",
        "input": "new",
        "parentInitiatedEventId": 0,
        "taskList": {"name": stage.decisions},
        "taskStartToCloseTimeout": "30",
        "workflowType": stage.flow,
    }
    assert "latestExecutionContext" not in stage.describe(second)
    assert fault(stage.signal, run=run, runId=run["runId"])[0] == "UnknownResourceFault"
    assert "taskToken" not in stage.poll_activity()


@pytest.mark.grade("M", "U")
@pytest.mark.unknown(20)
def test_61_a_continued_execution_has_its_own_time(stage: Stage) -> None:
    run = stage.start(executionStartToCloseTimeout="10")
    stage.wait(8)
    stage.decide(decision("ContinueAsNewWorkflowExecution", executionStartToCloseTimeout="10"))
    second = stage.open_run(run["workflowId"])
    stage.wait(8)
    assert stage.status(second) == "OPEN"
    stage.wait(3)
    assert stage.status(second) == "TIMED_OUT"


@pytest.mark.grade("M")
def test_61_a_continued_execution_may_change_its_version(stage: Stage) -> None:
    stage.register_flow(version="2", defaultTaskList={"name": "newer"})
    run = stage.start()
    onward = decision("ContinueAsNewWorkflowExecution", workflowTypeVersion="2", tagList=["n"])
    stage.decide(onward)
    second = stage.open_run(run["workflowId"])
    started = stage.only(second, "WorkflowExecutionStarted")
    assert started["workflowType"]["version"] == "2"
    assert (started["taskList"], started["tagList"]) == ({"name": "newer"}, ["n"])
    stage.decide(COMPLETE, on="newer")


@pytest.mark.grade("U")
@pytest.mark.unknown(17)
def test_61_a_continued_execution_may_have_no_end(stage: Stage) -> None:
    run = stage.start()
    stage.decide(decision("ContinueAsNewWorkflowExecution", executionStartToCloseTimeout="NONE"))
    second = stage.open_run(run["workflowId"])
    stage.wait(364 * 86_400)
    assert stage.status(second) == "OPEN"
    stage.wait(2 * 86_400)
    assert (
        stage.swf.list_open_workflow_executions(
            domain=stage.domain, startTimeFilter={"oldestDate": 0}
        )["executionInfos"]
        == []
    )


@pytest.mark.grade("R", "U")
def test_61_the_children_of_a_continued_execution_keep_running(stage: Stage) -> None:
    stage.start()
    stage.decide(stage.child())
    stage.decide(CONTINUE)
    assert stage.status(stage.open_run(stage.id("child"))) == "OPEN"
    stage.decide(FAIL, on="child")


@pytest.mark.grade("D", "T")
def test_62_an_unstarted_activity_is_canceled_at_once(stage: Stage) -> None:
    run = stage.start()
    stage.decide(stage.schedule("a"))
    stage.signal(run)
    stage.decide(
        decision("RequestCancelActivityTask", activityId="a"),
        decision("RecordMarker", markerName="m"),
    )
    assert stage.types(run)[8:] == [
        "DecisionTaskCompleted",
        "ActivityTaskCancelRequested",
        "ActivityTaskCanceled",
        "MarkerRecorded",
        DTS,
    ]
    assert stage.only(run, "ActivityTaskCanceled") == {
        "eventId": 11,
        "latestCancelRequestedEventId": 10,
        "scheduledEventId": 5,
        "startedEventId": 0,
    }
    assert "taskToken" not in stage.poll_activity()


@pytest.mark.grade("D", "T")
def test_62_a_started_activity_is_only_asked(stage: Stage) -> None:
    run = stage.start()
    stage.decide(stage.schedule("a"))
    token = stage.take()
    stage.signal(run)
    stage.decide(decision("RequestCancelActivityTask", activityId="a"))
    assert stage.types(run)[-1] == "ActivityTaskCancelRequested"
    stage.swf.respond_activity_task_completed(taskToken=token)
    stage.decide(decision("RequestCancelActivityTask", activityId="a"))
    assert stage.only(run, "RequestCancelActivityTaskFailed")["cause"] == "ACTIVITY_ID_UNKNOWN"
    assert stage.types(run)[-1] == DTS
