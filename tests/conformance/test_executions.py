"""Lines 25-30 of the behaviour document's list: executions, from their callers' side."""

import pytest
from stage import CANCEL, COMPLETE, Execution, Stage, fault, timer

DEFAULTS = {
    "executionStartToCloseTimeout": "9",
    "taskList": {"name": "l"},
    "taskStartToCloseTimeout": "5",
    "childPolicy": "ABANDON",
}
URF = "UnknownResourceFault"


@pytest.mark.grade("J")
@pytest.mark.parametrize("left_out", DEFAULTS)
def test_25_a_setting_without_default_must_be_given(stage: Stage, left_out: str) -> None:
    bare = stage.bare_flow()
    given = {name: value for name, value in DEFAULTS.items() if name != left_out}
    found = fault(stage.start, name="w", workflowType=bare, **given)
    assert found == ("DefaultUndefinedFault", left_out)
    stage.start(workflowType=bare, **DEFAULTS)


@pytest.mark.grade("J")
def test_25_of_several_missing_settings_the_first_in_order_is_named(stage: Stage) -> None:
    bare = stage.bare_flow()
    found = fault(stage.start, workflowType=bare)
    assert found == ("DefaultUndefinedFault", "executionStartToCloseTimeout")


@pytest.mark.grade("M", "R")
def test_25_a_workflow_id_is_free_again_after_closing(stage: Stage) -> None:
    first = stage.start()
    assert fault(stage.start)[0] == "WorkflowExecutionAlreadyStartedFault"
    stage.decide(COMPLETE)
    second = stage.start()
    assert first["runId"] != second["runId"]


@pytest.mark.grade("M", "J")
def test_25_what_is_refused(stage: Stage) -> None:
    nothing = {"name": "none", "version": "1"}
    text = "Unknown type: WorkflowType=[name=none, version=1]"
    assert fault(stage.start, workflowType=nothing) == (URF, text)
    assert fault(stage.start, domain="nowhere") == (URF, "Unknown domain: nowhere")
    assert fault(stage.start, tagList=list("abcdef"))[0] == "ValidationException"
    assert fault(stage.start, workflowId="a:b")[0] == "ValidationException"
    assert fault(stage.start, taskPriority="high")[0] == "ValidationException"
    assert fault(stage.start, taskStartToCloseTimeout="-1")[0] == "ValidationException"
    assert fault(stage.start, executionStartToCloseTimeout="NONE")[0] == "ValidationException"


@pytest.mark.lowered(open_executions=2)
@pytest.mark.grade("D")
def test_25_a_domain_has_so_many_open_executions(stage: Stage) -> None:
    stage.start("a")
    stage.start("b")
    assert fault(stage.start, name="c")[0] == "LimitExceededFault"
    stage.decide(COMPLETE)
    stage.start("c")


@pytest.mark.grade("R")
def test_25_the_first_event_holds_what_was_given_and_resolved(stage: Stage) -> None:
    run = stage.start(input="", tagList=["one", "two"], taskPriority="3", childPolicy="ABANDON")
    started, scheduled = (event for event in stage.history(run))
    assert started["workflowExecutionStartedEventAttributes"] == {
        "childPolicy": "ABANDON",
        "executionStartToCloseTimeout": "3000",
        "input": "",
        "parentInitiatedEventId": 0,
        "tagList": ["one", "two"],
        "taskList": {"name": stage.decisions},
        "taskPriority": "3",
        "taskStartToCloseTimeout": "30",
        "workflowType": stage.flow,
    }
    assert scheduled["decisionTaskScheduledEventAttributes"] == {
        "scheduleToStartTimeout": "NONE",
        "startToCloseTimeout": "30",
        "taskList": {"name": stage.decisions},
        "taskPriority": "3",
    }
    assert started["eventTimestamp"] == scheduled["eventTimestamp"]


@pytest.mark.grade("R")
def test_26_a_signal_is_an_event(stage: Stage) -> None:
    run = stage.start()
    stage.signal(run, "one", input="")
    stage.signal(run, "two", runId=run["runId"])
    one, two = stage.find(run, "WorkflowExecutionSignaled")
    assert one == {
        "eventId": 3,
        "externalInitiatedEventId": 0,
        "input": "",
        "signalName": "one",
    }
    assert (two["signalName"], "input" in two) == ("two", False)


@pytest.mark.grade("J", "U")
def test_26_a_signal_to_what_is_not_open_is_refused(stage: Stage) -> None:
    first = stage.start()
    stage.decide(COMPLETE)
    unknown = f"Unknown execution, workflowId = {first['workflowId']}"
    assert fault(stage.signal, run=first) == (URF, unknown)
    stage.start()
    shown = f"WorkflowExecution=[workflowId={first['workflowId']}, runId={first['runId']}]"
    found = fault(stage.signal, run=first, runId=first["runId"])
    assert found == (URF, f"Unknown execution: {shown}")


@pytest.mark.grade("R", "U")
@pytest.mark.unknown(25)
def test_27_a_cancel_request_is_an_event_each_time(stage: Stage) -> None:
    run = stage.start()
    stage.decide(timer())
    stage.cancel(run)
    stage.cancel(run)
    assert stage.types(run)[5:] == [
        "WorkflowExecutionCancelRequested",
        "DecisionTaskScheduled",
        "WorkflowExecutionCancelRequested",
    ]
    first = stage.find(run, "WorkflowExecutionCancelRequested")[0]
    assert first == {"eventId": 6, "externalInitiatedEventId": 0}
    stage.decide(CANCEL)
    assert stage.status(run) == "CANCELED"
    assert fault(stage.cancel, run=run)[0] == URF


@pytest.mark.grade("M", "J")
@pytest.mark.unknown(23)
def test_28_a_termination_is_the_last_event(stage: Stage) -> None:
    run = stage.start()
    stage.terminate(run, reason="r", details="d", childPolicy="ABANDON")
    assert stage.only(run, "WorkflowExecutionTerminated") == {
        "cause": "OPERATOR_INITIATED",
        "childPolicy": "ABANDON",
        "details": "d",
        "eventId": 3,
        "reason": "r",
    }
    assert fault(stage.terminate, run=run)[0] == URF
    assert "taskToken" not in stage.poll()


@pytest.mark.grade("M")
def test_28_a_termination_has_the_execution_s_own_policy(stage: Stage) -> None:
    run = stage.start()
    stage.terminate(run)
    found = stage.only(run, "WorkflowExecutionTerminated")
    assert found["childPolicy"] == "TERMINATE"
    assert not {"reason", "details"} & set(found)


def counts(stage: Stage, run: Execution) -> dict[str, int]:
    found: dict[str, int] = stage.describe(run)["openCounts"]
    return {name.removeprefix("open"): count for name, count in found.items()}


@pytest.mark.grade("R", "M")
@pytest.mark.unknown(4)
def test_29_a_description_follows_the_run(stage: Stage) -> None:
    run = stage.start(tagList=["t"], taskPriority="1")
    found = stage.describe(run)
    assert found["executionConfiguration"] == {
        "childPolicy": "TERMINATE",
        "executionStartToCloseTimeout": "3000",
        "taskList": {"name": stage.decisions},
        "taskPriority": "1",
        "taskStartToCloseTimeout": "30",
    }
    assert set(found["executionInfo"]) == {
        "cancelRequested",
        "execution",
        "executionStatus",
        "startTimestamp",
        "tagList",
        "workflowType",
    }
    assert found["executionInfo"]["executionStatus"] == "OPEN"
    assert not {"latestActivityTaskTimestamp", "latestExecutionContext"} & set(found)
    stage.decide(stage.schedule("a"), timer(), stage.child(), executionContext="context")
    assert counts(stage, run) == {
        "ActivityTasks": 1,
        "ChildWorkflowExecutions": 1,
        "DecisionTasks": 1,  # the child has started
        "LambdaFunctions": 0,
        "Timers": 1,
    }
    assert "latestActivityTaskTimestamp" not in stage.describe(run)
    stage.decide()
    token = stage.take()
    started = stage.history(run)[-1]
    assert stage.describe(run)["latestActivityTaskTimestamp"] == started["eventTimestamp"]
    assert counts(stage, run)["ActivityTasks"] == 1
    stage.swf.respond_activity_task_completed(taskToken=token)
    closed = stage.find(run, "ActivityTaskCompleted")[0]
    at = stage.history(run)[closed["eventId"] - 1]["eventTimestamp"]
    assert stage.describe(run)["latestActivityTaskTimestamp"] == at
    assert counts(stage, run)["ActivityTasks"] == 0
    stage.decide(executionContext="")
    assert stage.describe(run)["latestExecutionContext"] == ""
    stage.signal(run)
    stage.decide()
    assert stage.describe(run)["latestExecutionContext"] == ""


@pytest.mark.grade("R", "D")
def test_29_counts_are_not_reset_by_closing(stage: Stage) -> None:
    run = stage.start()
    stage.decide(stage.schedule("a"), timer(), COMPLETE)
    found = stage.describe(run)
    assert found["openCounts"]["openActivityTasks"] == 1
    assert found["openCounts"]["openTimers"] == 1
    info = found["executionInfo"]
    assert (info["executionStatus"], info["closeStatus"]) == ("CLOSED", "COMPLETED")
    assert info["closeTimestamp"] == stage.history(run)[-1]["eventTimestamp"]


@pytest.mark.grade("M", "J", "U")
@pytest.mark.unknown(3)
def test_29_an_open_execution_tells_that_it_should_cancel(stage: Stage) -> None:
    run = stage.start()
    assert stage.describe(run)["executionInfo"]["cancelRequested"] is False
    stage.cancel(run)
    assert stage.describe(run)["executionInfo"]["cancelRequested"] is True


@pytest.mark.lowered(closed_keeps_cancel_requested=False)
@pytest.mark.grade("R")
@pytest.mark.unknown(3)
def test_29_a_closed_execution_forgets_that_if_recordings_are_followed(stage: Stage) -> None:
    run = stage.start()
    stage.cancel(run)
    stage.decide(CANCEL)
    assert stage.describe(run)["executionInfo"]["cancelRequested"] is False


@pytest.mark.grade("J")
def test_29_an_unknown_run(stage: Stage) -> None:
    run = stage.start() | {"runId": "none"}
    shown = f"WorkflowExecution=[workflowId={run['workflowId']}, runId=none]"
    assert fault(stage.describe, run=run) == (URF, f"Unknown execution: {shown}")
    assert fault(stage.history, run=run) == (URF, f"Unknown execution: {shown}")


@pytest.mark.grade("M", "F")
def test_30_a_history_is_read_in_both_directions(stage: Stage) -> None:
    run = stage.start()
    for name in "abc":
        stage.signal(run, name)
    forward = [event["eventId"] for event in stage.history(run)]
    for close in (False, True):
        if close:
            stage.terminate(run)
            forward.append(6)
        pages = stage.swf.get_paginator("get_workflow_execution_history").paginate(
            domain=stage.domain,
            execution=run,
            reverseOrder=True,
            PaginationConfig={"PageSize": 2},
        )
        pages = [[event["eventId"] for event in page["events"]] for page in pages]
        assert [event for page in pages for event in page] == forward[::-1]
        assert [len(page) for page in pages[:-1]] == [2] * (len(pages) - 1)


@pytest.mark.grade("F")
def test_30_a_result_that_fills_its_last_page_has_no_token(stage: Stage) -> None:
    run = stage.start()
    found = stage.swf.get_workflow_execution_history(
        domain=stage.domain, execution=run, maximumPageSize=2
    )
    assert (len(found["events"]), "nextPageToken" in found) == (2, False)


@pytest.mark.lowered(shows_reopenable=True)
@pytest.mark.grade("R")
@pytest.mark.unknown(30)
def test_29_an_info_has_the_members_of_2023_if_told_to(stage: Stage) -> None:
    request = {"domain": stage.domain, "execution": stage.start()}
    _, found = stage.target.post("DescribeWorkflowExecution", request)
    info = found["executionInfo"]
    assert (info["reopenGenerationId"], info["reopenable"]) == (0, False)


@pytest.mark.grade("U", "R")
@pytest.mark.unknown(30)
def test_29_an_info_lacks_the_members_of_2023(stage: Stage) -> None:
    request = {"domain": stage.domain, "execution": stage.start()}
    _, found = stage.target.post("DescribeWorkflowExecution", request)
    assert not {"reopenGenerationId", "reopenable"} & set(found["executionInfo"])


@pytest.mark.grade("J")
@pytest.mark.unknown(37)
def test_25_the_order_of_the_checks(stage: Stage) -> None:
    bare = stage.bare_flow()
    stage.start()
    assert fault(stage.start, workflowType=bare)[0] == "WorkflowExecutionAlreadyStartedFault"
    stage.swf.deprecate_workflow_type(domain=stage.domain, workflowType=bare)
    assert fault(stage.start, workflowType=bare)[0] == "TypeDeprecatedFault"
    nothing = {"name": "none", "version": "1"}
    assert fault(stage.start, workflowType=nothing)[0] == URF


@pytest.mark.grade("U")
@pytest.mark.unknown(42)
def test_27_a_decider_may_cancel_unasked(stage: Stage) -> None:
    run = stage.start()
    stage.decide(CANCEL)
    assert stage.status(run) == "CANCELED"
