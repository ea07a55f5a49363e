"""Lines 55-57 of the behaviour document's list: every time-out, and what policies do then."""

from typing import Any

import pytest
from stage import COMPLETE, Execution, Stage, fault, timer

DTS = "DecisionTaskScheduled"


@pytest.mark.grade("R")
@pytest.mark.parametrize("started", [False, True])
@pytest.mark.parametrize(
    ("member", "kind"),
    [
        ("scheduleToStartTimeout", "SCHEDULE_TO_START"),
        ("scheduleToCloseTimeout", "SCHEDULE_TO_CLOSE"),
        ("startToCloseTimeout", "START_TO_CLOSE"),
        ("heartbeatTimeout", "HEARTBEAT"),
    ],
)
def test_55_each_time_out_of_an_activity(
    stage: Stage, member: str, kind: str, started: bool
) -> None:
    run = stage.start()
    stage.decide(stage.schedule("a", **{member: "5"}))
    token = stage.take() if started else None
    stage.wait(4.9)
    assert stage.find(run, "ActivityTaskTimedOut") == []
    stage.wait(0.2)
    fires = {
        "SCHEDULE_TO_START": not started,
        "SCHEDULE_TO_CLOSE": True,
        "START_TO_CLOSE": started,
        "HEARTBEAT": started,
    }[kind]
    if not fires:
        assert stage.find(run, "ActivityTaskTimedOut") == []
        return
    found = stage.only(run, "ActivityTaskTimedOut")
    del found["eventId"]
    started_id = 6 if started else 0
    assert found == {"scheduledEventId": 5, "startedEventId": started_id, "timeoutType": kind}
    assert stage.types(run)[-1] == DTS
    assert "taskToken" not in stage.poll_activity()
    if token is not None:
        late = fault(stage.swf.respond_activity_task_completed, taskToken=token)
        assert late == ("UnknownResourceFault", "Unknown activity, scheduledEventId = 5")


@pytest.mark.grade("M")
@pytest.mark.parametrize(
    "member",
    [
        "scheduleToStartTimeout",
        "scheduleToCloseTimeout",
        "startToCloseTimeout",
        "heartbeatTimeout",
    ],
)
def test_55_none_never_fires(stage: Stage, member: str) -> None:
    run = stage.start()
    stage.decide(stage.schedule("a", **{member: "NONE"}))
    if member in ("startToCloseTimeout", "heartbeatTimeout"):
        stage.take()
    stage.wait(2900)
    assert stage.find(run, "ActivityTaskTimedOut") == []


@pytest.mark.grade("M")
def test_55_a_heartbeat_winds_its_clock_up_again(stage: Stage) -> None:
    run = stage.start()
    stage.decide(stage.schedule("a", heartbeatTimeout="5", startToCloseTimeout="12"))
    token = stage.take()
    for _ in range(2):
        stage.wait(4)
        stage.swf.record_activity_task_heartbeat(taskToken=token, details="d")
    assert stage.find(run, "ActivityTaskTimedOut") == []
    stage.wait(4.1)
    found = stage.only(run, "ActivityTaskTimedOut")
    assert (found["timeoutType"], found["details"]) == ("START_TO_CLOSE", "d")


@pytest.mark.grade("R", "U")
@pytest.mark.unknown(40)
def test_55_the_earlier_deadline_wins_and_schedule_to_close_a_tie_loses(stage: Stage) -> None:
    run = stage.start()
    stage.decide(
        stage.schedule("early", scheduleToStartTimeout="30", scheduleToCloseTimeout="1"),
        stage.schedule("tie", scheduleToStartTimeout="2", scheduleToCloseTimeout="2"),
    )
    scheduled = stage.find(run, "ActivityTaskScheduled")[0]
    assert scheduled["scheduleToStartTimeout"] == "30"
    stage.wait(3)
    early, tie = stage.find(run, "ActivityTaskTimedOut")
    assert early["timeoutType"] == "SCHEDULE_TO_CLOSE"
    assert tie["timeoutType"] == "SCHEDULE_TO_START"


@pytest.mark.grade("M", "R")
def test_55_a_decision_task_waits_for_ever(stage: Stage) -> None:
    run = stage.start()
    stage.wait(2900)
    assert stage.types(run) == ["WorkflowExecutionStarted", DTS]


def due_at_once(stage: Stage) -> Execution:
    """An execution whose timer and activity run out after 5 and 6 seconds."""
    run = stage.start()
    stage.decide(timer("t", "5"), stage.schedule("a", scheduleToCloseTimeout="6"))
    return run


@pytest.mark.grade("D")
def test_56_time_passes_with_nobody_there(stage: Stage) -> None:
    run = due_at_once(stage)
    stage.wait(10)
    assert stage.types(run)[6:] == ["TimerFired", DTS, "ActivityTaskTimedOut"]


@pytest.mark.grade("D")
def test_56_what_fell_due_before_a_restart_happens_after_it_in_order(stage: Stage) -> None:
    run = due_at_once(stage)
    stage.target.restart(down=60)
    assert stage.types(run)[6:] == ["TimerFired", DTS, "ActivityTaskTimedOut"]


@pytest.mark.grade("D")
def test_56_tokens_heartbeats_and_waiting_tasks_survive_a_restart(stage: Stage) -> None:
    run = stage.start()
    stage.decide(stage.schedule("a", heartbeatTimeout="5"), stage.schedule("b"))
    token = stage.take()
    stage.wait(4)
    stage.swf.record_activity_task_heartbeat(taskToken=token, details="d")
    stage.signal(run)
    task = stage.poll()
    stage.target.restart()
    stage.wait(3)
    assert stage.find(run, "ActivityTaskTimedOut") == []
    assert stage.poll_activity()["activityId"] == "b"
    stage.respond(task)
    stage.wait(3)
    assert stage.only(run, "ActivityTaskTimedOut")["details"] == "d"


@pytest.mark.grade("R", "M")
def test_57_an_execution_that_takes_too_long_is_closed(stage: Stage) -> None:
    run = stage.start(executionStartToCloseTimeout="9")
    stage.decide(stage.schedule("a"))
    token = stage.take()
    stage.wait(9)
    assert stage.only(run, "WorkflowExecutionTimedOut") == {
        "childPolicy": "TERMINATE",
        "eventId": 7,
        "timeoutType": "START_TO_CLOSE",
    }
    assert stage.status(run) == "TIMED_OUT"
    late = fault(stage.swf.respond_activity_task_completed, taskToken=token)
    assert late[1].startswith("Unknown execution: WorkflowExecution=")


def three_generations(stage: Stage, policy: str, **options: Any) -> tuple[Execution, ...]:
    """A parent with a child with a child. All have the policy."""
    parent = stage.start("parent", childPolicy=policy, **options)
    stage.decide(stage.child("child", childPolicy=policy))
    stage.decide(stage.child("grandchild", childPolicy=policy), on="child")
    return parent, stage.open_run(stage.id("child")), stage.open_run(stage.id("grandchild"))


@pytest.mark.grade("M")
@pytest.mark.parametrize("how", ["time-out", "terminate", "override"])
@pytest.mark.parametrize("policy", ["TERMINATE", "REQUEST_CANCEL", "ABANDON"])
@pytest.mark.unknown(27)
def test_57_policies_reach_children_and_their_children(stage: Stage, policy: str, how: str) -> None:
    own = "ABANDON" if how == "override" and policy != "ABANDON" else policy
    own = "TERMINATE" if how == "override" and policy == "ABANDON" else own
    parent, child, grandchild = three_generations(stage, own, executionStartToCloseTimeout="60")
    if how == "time-out":
        stage.wait(60)
    elif how == "terminate":
        stage.terminate(parent)
    else:
        stage.terminate(parent, childPolicy=policy)
    assert not any(kind.startswith("Child") for kind in stage.types(parent)[-1:])
    if policy == "TERMINATE":
        assert stage.only(child, "WorkflowExecutionTerminated") == {
            "cause": "CHILD_POLICY_APPLIED",
            "childPolicy": own,
            "eventId": len(stage.types(child)),
        }
    elif policy == "REQUEST_CANCEL":
        found = stage.only(child, "WorkflowExecutionCancelRequested")
        del found["eventId"]
        assert found == {"cause": "CHILD_POLICY_APPLIED", "externalInitiatedEventId": 0}
    else:
        assert stage.types(child)[-1] == DTS  # its own child's start
    # Only a child that is terminated applies its own policy to its children.
    reached = policy == own == "TERMINATE"
    assert stage.status(grandchild) == ("TERMINATED" if reached else "OPEN")


@pytest.mark.grade("M")
def test_57_a_child_that_is_terminated_applies_its_own_policy(stage: Stage) -> None:
    parent = stage.start("parent", childPolicy="TERMINATE")
    stage.decide(stage.child("child", childPolicy="ABANDON"))
    child = stage.open_run(stage.id("child"))
    stage.decide(stage.child("grandchild"), on="child")
    stage.terminate(parent)
    assert stage.only(child, "WorkflowExecutionTerminated")["childPolicy"] == "ABANDON"
    assert stage.status(stage.open_run(stage.id("grandchild"))) == "OPEN"


@pytest.mark.grade("M", "R")
def test_57_a_parent_is_told_of_a_childs_time_out_and_termination(stage: Stage) -> None:
    run = stage.start()
    stage.decide(stage.child("slow", executionStartToCloseTimeout="5"), stage.child("other"))
    stage.terminate({"workflowId": stage.id("other")})
    stage.wait(5)
    late = stage.only(run, "ChildWorkflowExecutionTimedOut")
    assert late["timeoutType"] == "START_TO_CLOSE"
    assert late["workflowExecution"]["workflowId"] == stage.id("slow")
    ended = stage.only(run, "ChildWorkflowExecutionTerminated")
    assert ended["workflowExecution"]["workflowId"] == stage.id("other")
    stage.decide(COMPLETE)


@pytest.mark.grade("U")
@pytest.mark.unknown(41)
def test_55_a_heartbeat_of_no_seconds_is_due_at_once(stage: Stage) -> None:
    run = stage.start()
    stage.decide(stage.schedule(heartbeatTimeout="0"))
    stage.take()
    stage.wait(0.1)
    assert stage.only(run, "ActivityTaskTimedOut")["timeoutType"] == "HEARTBEAT"
