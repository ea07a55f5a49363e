"""Lines 51-54 of the behaviour document's list: why decisions fail."""

from typing import Any

import pytest
from stage import COMPLETE, CONTINUE, Execution, Stage, decision, timer

from flowy.engine.core.settings import Rate

ONCE = Rate(1, 0)
RATED = (
    "StartTimer",
    "StartChildWorkflowExecution",
    "SignalExternalWorkflowExecution",
    "RequestCancelExternalWorkflowExecution",
    "ScheduleLambdaFunction",
)
NONE = {"name": "none", "version": "1"}
FORBIDDEN = "OPERATION_NOT_PERMITTED"


def cause(stage: Stage, run: Execution, event_type: str) -> str:
    """Why the last decision of that kind failed; the failure must be news."""
    found = stage.find(run, event_type)
    assert found, stage.types(run)
    assert stage.waits() == 1
    return str(found[-1]["cause"])


def decided(stage: Stage, *decisions: dict[str, Any]) -> Execution:
    run = stage.start()
    stage.decide(*decisions)
    return run


# -- ScheduleActivityTask --------------------------------------------------------------------

ACTIVITY_DEFAULTS = {
    "defaultTaskList": ({"name": "l"}, "DEFAULT_TASK_LIST_UNDEFINED"),
    "defaultTaskScheduleToStartTimeout": ("9", "DEFAULT_SCHEDULE_TO_START_TIMEOUT_UNDEFINED"),
    "defaultTaskScheduleToCloseTimeout": ("9", "DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED"),
    "defaultTaskStartToCloseTimeout": ("9", "DEFAULT_START_TO_CLOSE_TIMEOUT_UNDEFINED"),
    "defaultTaskHeartbeatTimeout": ("9", "DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED"),
}


@pytest.mark.grade("M", "J", "U")
@pytest.mark.parametrize("left_out", ACTIVITY_DEFAULTS)
@pytest.mark.unknown(12, 13)
def test_51_an_activity_needs_all_its_values(stage: Stage, left_out: str) -> None:
    given = {name: value for name, (value, _) in ACTIVITY_DEFAULTS.items() if name != left_out}
    bare = stage.bare_work(**given)
    run = decided(stage, stage.schedule("a", activityType=bare))
    assert cause(stage, run, "ScheduleActivityTaskFailed") == ACTIVITY_DEFAULTS[left_out][1]


@pytest.mark.grade("J")
def test_51_of_an_activitys_missing_values_the_first_in_order_is_told(stage: Stage) -> None:
    run = decided(stage, stage.schedule("a", activityType=stage.bare_work()))
    assert cause(stage, run, "ScheduleActivityTaskFailed") == "DEFAULT_TASK_LIST_UNDEFINED"


@pytest.mark.grade("R", "M")
def test_51_an_activity_needs_a_living_type(stage: Stage) -> None:
    run = decided(stage, stage.schedule("a", activityType=NONE))
    failed = "ScheduleActivityTaskFailed"
    assert cause(stage, run, failed) == "ACTIVITY_TYPE_DOES_NOT_EXIST"
    stage.swf.deprecate_activity_type(domain=stage.domain, activityType=stage.work)
    stage.decide(stage.schedule("a"))
    assert cause(stage, run, failed) == "ACTIVITY_TYPE_DEPRECATED"


@pytest.mark.lowered(open_activities=2)
@pytest.mark.grade("D")
def test_51_an_execution_has_so_many_open_activities(stage: Stage) -> None:
    run = decided(stage, *(stage.schedule(name) for name in "abc"))
    assert cause(stage, run, "ScheduleActivityTaskFailed") == "OPEN_ACTIVITIES_LIMIT_EXCEEDED"
    assert len(stage.find(run, "ActivityTaskScheduled")) == 2


@pytest.mark.lowered(task_list_rate=ONCE)
@pytest.mark.grade("D")
def test_51_a_task_list_takes_so_many_activities_a_second(stage: Stage) -> None:
    run = decided(stage, stage.schedule("a"), stage.schedule("b"))
    assert cause(stage, run, "ScheduleActivityTaskFailed") == "ACTIVITY_CREATION_RATE_EXCEEDED"


# -- timers, markers, cancels ----------------------------------------------------------------


@pytest.mark.lowered(open_timers=2)
@pytest.mark.grade("D")
def test_51_an_execution_has_so_many_open_timers(stage: Stage) -> None:
    run = decided(stage, *(timer(name) for name in "abc"))
    assert cause(stage, run, "StartTimerFailed") == "OPEN_TIMERS_LIMIT_EXCEEDED"


@pytest.mark.lowered(rates=dict.fromkeys(RATED, ONCE))
@pytest.mark.grade("D", "M")
@pytest.mark.parametrize(
    ("kind", "event", "expected"),
    [
        ("StartTimer", "StartTimerFailed", "TIMER_CREATION_RATE_EXCEEDED"),
        (
            "StartChildWorkflowExecution",
            "StartChildWorkflowExecutionFailed",
            "CHILD_CREATION_RATE_EXCEEDED",
        ),
        (
            "SignalExternalWorkflowExecution",
            "SignalExternalWorkflowExecutionFailed",
            "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED",
        ),
        (
            "RequestCancelExternalWorkflowExecution",
            "RequestCancelExternalWorkflowExecutionFailed",
            "REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED",
        ),
        (
            "ScheduleLambdaFunction",
            "ScheduleLambdaFunctionFailed",
            "LAMBDA_FUNCTION_CREATION_RATE_EXCEEDED",
        ),
    ],
)
def test_51_decisions_have_their_rates(stage: Stage, kind: str, event: str, expected: str) -> None:
    if "External" in kind:
        stage.start("a", taskList={"name": "others"})
        stage.start("b", taskList={"name": "others"})
    run = decided(stage, one(stage, kind, "a"), one(stage, kind, "b"))
    assert cause(stage, run, event) == expected


def one(stage: Stage, kind: str, name: str) -> dict[str, Any]:
    """A decision of a kind, told apart by a name."""
    other = {"workflowId": stage.id(name)}
    named: dict[str, dict[str, Any]] = {
        "RequestCancelActivityTask": {"activityId": name},
        "StartTimer": {"timerId": name, "startToFireTimeout": "60"},
        "CancelTimer": {"timerId": name},
        "RecordMarker": {"markerName": name},
        "SignalExternalWorkflowExecution": {"signalName": "s"} | other,
        "RequestCancelExternalWorkflowExecution": other,
        "ScheduleLambdaFunction": {"id": name, "name": "f"},
    }
    if kind == "ScheduleActivityTask":
        return stage.schedule(name)
    if kind == "StartChildWorkflowExecution":
        return stage.child(name)
    return decision(kind, **named.get(kind, {}))


@pytest.mark.lowered(rates={"ContinueAsNewWorkflowExecution": ONCE})
@pytest.mark.grade("M")
def test_51_continuing_has_its_rate(stage: Stage) -> None:
    run = stage.start()
    stage.decide(CONTINUE)
    stage.decide(CONTINUE)
    second = stage.open_run(run["workflowId"])
    expected = "CONTINUE_AS_NEW_WORKFLOW_EXECUTION_RATE_EXCEEDED"
    assert cause(stage, second, "ContinueAsNewWorkflowExecutionFailed") == expected


DENIED = (
    "ScheduleActivityTask",
    "RequestCancelActivityTask",
    "StartTimer",
    "CancelTimer",
    "RecordMarker",
    "StartChildWorkflowExecution",
    "SignalExternalWorkflowExecution",
    "RequestCancelExternalWorkflowExecution",
    "CompleteWorkflowExecution",
    "FailWorkflowExecution",
    "CancelWorkflowExecution",
    "ContinueAsNewWorkflowExecution",
)


@pytest.mark.lowered(not_permitted=frozenset(DENIED))
@pytest.mark.grade("M")
@pytest.mark.parametrize("kind", DENIED)
@pytest.mark.unknown(38)
def test_51_what_is_not_permitted(stage: Stage, kind: str) -> None:
    run = decided(stage, one(stage, kind, "a"))
    assert cause(stage, run, f"{kind}Failed") == FORBIDDEN


@pytest.mark.lowered(not_permitted=frozenset({"DescribeDomain"}))
@pytest.mark.grade("M")
def test_51_an_operation_that_is_not_permitted(stage: Stage) -> None:
    with pytest.raises(stage.swf.exceptions.OperationNotPermittedFault):
        stage.swf.describe_domain(name=stage.domain)


# -- children and later runs -----------------------------------------------------------------

FLOW_SETTINGS = {
    "defaultExecutionStartToCloseTimeout": (
        "9",
        "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED",
    ),
    "defaultTaskList": ({"name": "l"}, "DEFAULT_TASK_LIST_UNDEFINED"),
    "defaultTaskStartToCloseTimeout": ("9", "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED"),
    "defaultChildPolicy": ("ABANDON", "DEFAULT_CHILD_POLICY_UNDEFINED"),
}


@pytest.mark.grade("M")
@pytest.mark.parametrize("left_out", FLOW_SETTINGS)
def test_51_children_and_later_runs_need_all_their_settings(stage: Stage, left_out: str) -> None:
    given = {name: value for name, (value, _) in FLOW_SETTINGS.items() if name != left_out}
    bare = stage.bare_flow(**given)
    child = decision("StartChildWorkflowExecution", workflowId=stage.id("child"), workflowType=bare)
    run = decided(stage, child)
    expected = FLOW_SETTINGS[left_out][1]
    assert cause(stage, run, "StartChildWorkflowExecutionFailed") == expected
    assert stage.only(run, "StartChildWorkflowExecutionFailed")["initiatedEventId"] == 0
    stage.decide(decision("ContinueAsNewWorkflowExecution", workflowTypeVersion="bare"))
    assert cause(stage, run, "ContinueAsNewWorkflowExecutionFailed") == expected


@pytest.mark.grade("R", "M")
def test_51_children_and_later_runs_need_a_living_type(stage: Stage) -> None:
    run = decided(stage, stage.child(workflowType=NONE, control="c"))
    failed = stage.only(run, "StartChildWorkflowExecutionFailed")
    assert failed == {
        "cause": "WORKFLOW_TYPE_DOES_NOT_EXIST",
        "control": "c",
        "decisionTaskCompletedEventId": 4,
        "eventId": 5,
        "initiatedEventId": 0,
        "workflowId": stage.id("child"),
        "workflowType": NONE,
    }
    stage.decide(decision("ContinueAsNewWorkflowExecution", workflowTypeVersion="none"))
    kind = "ContinueAsNewWorkflowExecutionFailed"
    assert cause(stage, run, kind) == "WORKFLOW_TYPE_DOES_NOT_EXIST"
    stage.swf.deprecate_workflow_type(domain=stage.domain, workflowType=stage.flow)
    stage.decide(stage.child())
    found = cause(stage, run, "StartChildWorkflowExecutionFailed")
    assert found == "WORKFLOW_TYPE_DEPRECATED"
    stage.decide(CONTINUE)
    assert cause(stage, run, kind) == "WORKFLOW_TYPE_DEPRECATED"


@pytest.mark.lowered(open_children=1)
@pytest.mark.grade("D")
def test_51_an_execution_has_so_many_open_children(stage: Stage) -> None:
    run = decided(stage, stage.child("a"), stage.child("b"))
    failed = stage.only(run, "StartChildWorkflowExecutionFailed")
    assert failed["cause"] == "OPEN_CHILDREN_LIMIT_EXCEEDED"


@pytest.mark.lowered(open_executions=2)
@pytest.mark.grade("D")
def test_51_children_count_in_the_domain(stage: Stage) -> None:
    run = decided(stage, stage.child("a"), stage.child("b"))
    failed = stage.only(run, "StartChildWorkflowExecutionFailed")
    assert failed["cause"] == "OPEN_WORKFLOWS_LIMIT_EXCEEDED"


# -- ids -------------------------------------------------------------------------------------


@pytest.mark.grade("r", "M")
def test_52_an_activity_id_is_free_again_after_closing(stage: Stage) -> None:
    run = decided(stage, stage.schedule("a"), stage.schedule("a"))
    assert cause(stage, run, "ScheduleActivityTaskFailed") == "ACTIVITY_ID_ALREADY_IN_USE"
    stage.do()
    stage.decide(stage.schedule("a"))
    assert len(stage.find(run, "ActivityTaskScheduled")) == 2


@pytest.mark.grade("r", "M")
def test_52_a_timer_id_is_free_again_after_firing_or_canceling(stage: Stage) -> None:
    run = decided(stage, timer("t", "1"), timer("t", "2"))
    assert cause(stage, run, "StartTimerFailed") == "TIMER_ID_ALREADY_IN_USE"
    stage.wait(1)
    stage.decide(timer("t"), decision("CancelTimer", timerId="t"), timer("t"))
    assert len(stage.find(run, "TimerStarted")) == 3
    started = stage.find(run, "TimerStarted")[1]["eventId"]
    assert stage.only(run, "TimerCanceled") == {
        "decisionTaskCompletedEventId": started - 1,
        "eventId": started + 1,
        "startedEventId": started,
        "timerId": "t",
    }


@pytest.mark.grade("R")
def test_53_a_timer_of_no_seconds_fires_after_the_batch(stage: Stage) -> None:
    run = decided(stage, timer("now", "0"), decision("RecordMarker", markerName="m"))
    stage.wait(0.2)
    assert stage.types(run)[4:] == [
        "TimerStarted",
        "MarkerRecorded",
        "TimerFired",
        "DecisionTaskScheduled",
    ]
    assert stage.only(run, "TimerFired") == {
        "eventId": 7,
        "startedEventId": 5,
        "timerId": "now",
    }


@pytest.mark.grade("M")
def test_54_a_timer_that_fired_is_unknown(stage: Stage) -> None:
    run = decided(stage, timer("t", "1"))
    stage.wait(1)
    stage.decide(decision("CancelTimer", timerId="t"))
    assert cause(stage, run, "CancelTimerFailed") == "TIMER_ID_UNKNOWN"


@pytest.mark.grade("R")
def test_54_a_canceled_timer_never_fires(stage: Stage) -> None:
    run = decided(stage, timer("t", "5"))
    stage.signal(run)
    stage.decide(decision("CancelTimer", timerId="t"))
    stage.wait(60)
    assert stage.find(run, "TimerFired") == []


@pytest.mark.grade("R")
def test_54_a_timer_fires_not_early(stage: Stage) -> None:
    run = decided(stage, timer("t", "5"))
    started = stage.history(run)[-1]["eventTimestamp"]
    stage.wait(4.9)
    assert stage.find(run, "TimerFired") == []
    stage.wait(0.2)
    fired = stage.history(run)[5]
    assert fired["eventType"] == "TimerFired"
    assert 5 <= (fired["eventTimestamp"] - started).total_seconds() < 5.2
    stage.decide(COMPLETE)


@pytest.mark.lowered(rates={"StartChildWorkflowExecution": ONCE})
@pytest.mark.grade("U")
@pytest.mark.unknown(39)
def test_51_what_is_refused_for_another_cause_costs_no_rate(stage: Stage) -> None:
    run = decided(stage, stage.child("a", workflowType=NONE), stage.child("b"), stage.child("c"))
    failed = stage.find(run, "StartChildWorkflowExecutionFailed")
    expected = ["WORKFLOW_TYPE_DOES_NOT_EXIST", "CHILD_CREATION_RATE_EXCEEDED"]
    assert [event["cause"] for event in failed] == expected
    stage.open_run(stage.id("b"))
