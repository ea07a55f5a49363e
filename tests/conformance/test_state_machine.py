"""Lines 39-50 of the behaviour document's list: decision tasks, batches, closes."""

from itertools import groupby, pairwise
from typing import Any

import pytest
from stage import CANCEL, COMPLETE, CONTINUE, FAIL, Execution, Stage, decision, fault, timer

from flowy.swf.wire import block_name

DTS = "DecisionTaskScheduled"


@pytest.mark.grade("R")
def test_39_a_batch_keeps_its_order_and_one_time(stage: Stage) -> None:
    run = stage.start()
    unknown = {"name": "none", "version": "1"}
    stage.decide(
        stage.schedule("a", input="[[10], {}]"),
        timer("t", "9"),
        decision("RecordMarker", markerName="m"),
        stage.schedule("b", activityType=unknown),
        decision("RecordMarker", markerName="m", details="d"),
    )
    assert stage.types(run)[3:] == [
        "DecisionTaskCompleted",
        "ActivityTaskScheduled",
        "TimerStarted",
        "MarkerRecorded",
        "ScheduleActivityTaskFailed",
        "MarkerRecorded",
        DTS,
    ]
    batch = stage.history(run)[3:]
    assert len({event["eventTimestamp"] for event in batch}) == 1
    assert stage.only(run, "ActivityTaskScheduled") == {
        "activityId": "a",
        "activityType": stage.work,
        "decisionTaskCompletedEventId": 4,
        "eventId": 5,
        "heartbeatTimeout": "NONE",
        "input": "[[10], {}]",
        "scheduleToCloseTimeout": "NONE",
        "scheduleToStartTimeout": "NONE",
        "startToCloseTimeout": "NONE",
        "taskList": {"name": stage.activities},
    }
    assert stage.only(run, "TimerStarted") == {
        "decisionTaskCompletedEventId": 4,
        "eventId": 6,
        "startToFireTimeout": "9",
        "timerId": "t",
    }
    assert stage.only(run, "ScheduleActivityTaskFailed") == {
        "activityId": "b",
        "activityType": unknown,
        "cause": "ACTIVITY_TYPE_DOES_NOT_EXIST",
        "decisionTaskCompletedEventId": 4,
        "eventId": 8,
    }


@pytest.mark.grade("R")
def test_40_a_child_starts_after_the_batch(stage: Stage) -> None:
    run = stage.start()
    stage.decide(stage.child(), decision("RecordMarker", markerName="m"))
    assert stage.types(run)[3:] == [
        "DecisionTaskCompleted",
        "StartChildWorkflowExecutionInitiated",
        "MarkerRecorded",
        "ChildWorkflowExecutionStarted",
        DTS,
    ]


@pytest.mark.grade("T")
def test_40_canceling_while_an_activity_was_just_asked_to(stage: Stage) -> None:
    run = stage.start()
    stage.decide(stage.schedule("a"))
    stage.take()
    stage.signal(run)
    stage.decide(decision("RequestCancelActivityTask", activityId="a"), CANCEL)
    assert stage.types(run)[-3:] == [
        "DecisionTaskCompleted",
        "ActivityTaskCancelRequested",
        "WorkflowExecutionCanceled",
    ]


@pytest.mark.grade("R")
def test_41_three_signals_while_a_decision_runs_make_one_decision_task(stage: Stage) -> None:
    run = stage.start()
    task = stage.poll()
    for _ in range(3):
        stage.signal(run)
    assert "taskToken" not in stage.poll()
    stage.respond(task)
    assert stage.types(run)[2:] == [
        "DecisionTaskStarted",
        "WorkflowExecutionSignaled",
        DTS,
        "WorkflowExecutionSignaled",
        "WorkflowExecutionSignaled",
        "DecisionTaskCompleted",
    ]
    assert stage.poll()["events"][-1]["eventId"] == 9


@pytest.mark.grade("R", "T")
def test_42_a_signal_while_a_decision_waits_makes_none(stage: Stage) -> None:
    run = stage.start()
    for _ in range(5):
        stage.signal(run)
    assert stage.types(run).count(DTS) == 1
    stage.decide(timer())
    stage.signal(run)
    stage.signal(run)
    assert stage.types(run)[-3:] == ["WorkflowExecutionSignaled", DTS, "WorkflowExecutionSignaled"]


CLOSES = {
    "Complete": COMPLETE,
    "Fail": FAIL,
    "Cancel": CANCEL,
    "ContinueAsNew": CONTINUE,
}


@pytest.mark.grade("r")
@pytest.mark.parametrize("name", CLOSES)
def test_43_a_close_is_refused_while_news_waits(stage: Stage, name: str) -> None:
    run = stage.start()
    task = stage.poll()
    stage.signal(run)
    stage.respond(task, decision("RecordMarker", markerName="kept"), CLOSES[name])
    assert stage.types(run)[5:] == [
        "DecisionTaskCompleted",
        "MarkerRecorded",
        f"{name}WorkflowExecutionFailed",
    ]
    assert stage.only(run, f"{name}WorkflowExecutionFailed") == {
        "cause": "UNHANDLED_DECISION",
        "decisionTaskCompletedEventId": 6,
        "eventId": 8,
    }
    assert stage.status(run) == "OPEN"
    stage.decide(CLOSES[name])
    assert stage.status(run) != "OPEN"


@pytest.mark.grade("R", "T", "J")
def test_44_what_is_open_does_not_hinder_a_close(stage: Stage) -> None:
    run = stage.start()
    stage.decide(stage.schedule("a"), timer(seconds="5"), stage.child())
    token = stage.take()
    stage.decide(COMPLETE)
    assert stage.status(run) == "COMPLETED"
    assert stage.types(run)[-1] == "WorkflowExecutionCompleted"
    shown = f"WorkflowExecution=[workflowId={run['workflowId']}, runId={run['runId']}]"
    found = fault(stage.swf.respond_activity_task_completed, taskToken=token)
    assert found == ("UnknownResourceFault", f"Unknown execution: {shown}")
    found = fault(stage.swf.record_activity_task_heartbeat, taskToken=token)
    assert found == ("UnknownResourceFault", f"Unknown execution: {shown}")


@pytest.mark.grade("U", "C")
@pytest.mark.unknown(7)
def test_44_children_outlive_a_normal_close(stage: Stage) -> None:
    run = stage.start()
    stage.decide(stage.child())
    stage.decide(COMPLETE)
    child = stage.open_run(stage.id("child"))
    info = stage.describe(child)["executionInfo"]
    assert (info["executionStatus"], info["parent"]) == ("OPEN", run)


@pytest.mark.grade("R")
def test_44_waiting_activities_of_a_closed_execution_are_gone(stage: Stage) -> None:
    stage.start()
    stage.decide(stage.schedule("a"), COMPLETE)
    assert "taskToken" not in stage.poll_activity()


@pytest.mark.grade("R")
def test_45_a_failing_decision_does_not_stop_the_others(stage: Stage) -> None:
    run = stage.start()
    cancel = decision("CancelTimer", timerId="none")
    stage.decide(timer("a"), cancel, cancel, timer("b"))
    assert stage.types(run)[3:] == [
        "DecisionTaskCompleted",
        "TimerStarted",
        "CancelTimerFailed",
        "CancelTimerFailed",
        "TimerStarted",
        DTS,
    ]


@pytest.mark.grade("R")
def test_45_a_batch_that_succeeds_makes_no_decision_task(stage: Stage) -> None:
    run = stage.start()
    stage.decide(stage.schedule("a"), timer())
    assert stage.types(run)[-1] == "TimerStarted"


@pytest.mark.grade("R")
def test_45_a_failing_decision_while_news_waits_makes_no_second_task(stage: Stage) -> None:
    run = stage.start()
    task = stage.poll()
    stage.signal(run)
    stage.respond(task, decision("CancelTimer", timerId="none"))
    assert stage.types(run)[-2:] == ["DecisionTaskCompleted", "CancelTimerFailed"]
    assert stage.waits() == 1


@pytest.mark.grade("U", "C")
@pytest.mark.unknown(11)
def test_45_a_failing_decision_before_a_close_does_not_hinder_it(stage: Stage) -> None:
    run = stage.start()
    stage.decide(decision("CancelTimer", timerId="none"), COMPLETE)
    assert stage.types(run)[-2:] == ["CancelTimerFailed", "WorkflowExecutionCompleted"]


@pytest.mark.grade("R", "T")
def test_46_an_empty_list_of_decisions_leaves_it_idle(stage: Stage) -> None:
    run = stage.start()
    stage.decide()
    stage.wait(60)
    assert stage.types(run)[-1] == "DecisionTaskCompleted"
    assert (stage.waits(), stage.status(run)) == (0, "OPEN")


@pytest.mark.grade("J", "F", "D")
@pytest.mark.parametrize("name", CLOSES)
def test_47_a_close_must_be_the_last_decision(stage: Stage, name: str) -> None:
    run = stage.start()
    task = stage.poll()
    found = fault(
        stage.swf.respond_decision_task_completed,
        taskToken=task["taskToken"],
        decisions=[CLOSES[name], timer()],
    )
    assert found == ("ValidationException", "Close must be last decision in list")
    assert stage.types(run)[-1] == "DecisionTaskStarted"
    stage.respond(task, timer(), CLOSES[name])


@pytest.mark.grade("r")
def test_48_a_decision_that_times_out_is_scheduled_again(stage: Stage) -> None:
    run = stage.start()
    task = stage.poll()
    stage.wait(30)
    assert stage.types(run)[2:] == ["DecisionTaskStarted", "DecisionTaskTimedOut", DTS]
    assert stage.only(run, "DecisionTaskTimedOut") == {
        "eventId": 4,
        "scheduledEventId": 2,
        "startedEventId": 3,
        "timeoutType": "START_TO_CLOSE",
    }
    found = fault(stage.swf.respond_decision_task_completed, taskToken=task["taskToken"])
    text = "Unknown decision task, scheduledEventId = 2"
    assert found == ("UnknownResourceFault", text)
    stage.decide(COMPLETE)


@pytest.mark.grade("r")
def test_48_not_if_one_waits(stage: Stage) -> None:
    run = stage.start()
    stage.poll()
    stage.signal(run)
    stage.wait(31)
    assert stage.types(run)[3:] == ["WorkflowExecutionSignaled", DTS, "DecisionTaskTimedOut"]
    assert stage.poll()["startedEventId"] == 7


@pytest.mark.grade("R")
def test_49_two_deciders_never_have_one_execution_at_once(stage: Stage) -> None:
    run = stage.start()
    for _ in range(4):
        stage.signal(run)
        task = stage.poll()
        stage.signal(run)
        assert "taskToken" not in stage.poll()
        stage.respond(task)
    running = 0
    for kind in stage.types(run):
        running += {"DecisionTaskStarted": 1, "DecisionTaskCompleted": -1}.get(kind, 0)
        assert running in (0, 1)


def play_a_day(stage: Stage) -> Execution:
    """A busy execution with something of everything."""
    run = stage.start("parent")
    stage.decide(
        *(stage.schedule(str(number)) for number in range(4)), timer("t", "5"), stage.child()
    )
    stage.do(result="r")
    stage.swf.respond_activity_task_failed(taskToken=stage.take())
    stage.signal(run)
    stage.decide(
        decision("RequestCancelActivityTask", activityId="2"),
        decision("CancelTimer", timerId="none"),
        decision("SignalExternalWorkflowExecution", workflowId=stage.id("none"), signalName="s"),
    )
    stage.wait(6)
    stage.decide(COMPLETE, on="child")
    stage.decide(FAIL)
    return run


@pytest.mark.grade("R")
def test_50_the_rules_hold_in_a_busy_history(stage: Stage) -> None:
    """Every other test checks them too: the stage does so when a test ends."""
    run = play_a_day(stage)
    assert [len(stage.every_history()[0]), stage.status(run)] == [len(stage.types(run)), "FAILED"]


@pytest.mark.grade("R")
def test_50_events_of_one_cause_share_their_time(stage: Stage) -> None:
    events = stage.history(play_a_day(stage))
    for _, group in groupby(events, key=lambda event: event["eventTimestamp"]):
        same: list[Any] = list(group)
        assert [event["eventId"] for event in same] == list(
            range(same[0]["eventId"], same[0]["eventId"] + len(same))
        )
    for before, event in pairwise(events):
        if event["eventType"] == DTS:
            assert event["eventTimestamp"] == before["eventTimestamp"]


@pytest.mark.grade("U", "L")
@pytest.mark.unknown(24)
def test_45_a_batch_may_hold_hundreds_of_decisions(stage: Stage) -> None:
    run = stage.start()
    stage.decide(*(timer(str(number)) for number in range(500)))
    assert len(stage.find(run, "TimerStarted")) == 500


@pytest.mark.grade("U", "R")
@pytest.mark.unknown(32)
def test_50_every_event_has_its_block(stage: Stage) -> None:
    for event in stage.history(play_a_day(stage)):
        block = block_name(event["eventType"], "EventAttributes")
        assert set(event) == {"eventId", "eventTimestamp", "eventType", block}
