"""Long polls: held, answered, released, and never handed to nobody."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from engine_process import (
    DOMAIN,
    Engine,
    decide,
    poll_activity,
    poll_decision,
    read,
    register,
    running,
    schedule,
    start,
)

DECISIONS = ("PollForDecisionTask", "decisions")
ACTIVITIES = ("PollForActivityTask", "work")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with running(":memory:", hold=20) as engine:
        register(engine.client())
        yield engine


@pytest.fixture
def swf(engine: Engine) -> Any:
    return engine.client()


def test_empty_poll_has_no_token_and_takes_the_hold_time() -> None:
    with running(":memory:", hold=0.3) as engine:
        swf = engine.client()
        register(swf)
        before = time.monotonic()
        _, answer = engine.post(ACTIVITIES[0], {"domain": DOMAIN, "taskList": {"name": "work"}})
        assert answer == {"startedEventId": 0}
        assert 0.29 <= time.monotonic() - before < 5


def test_held_poll_is_answered_when_a_task_comes(engine: Engine, swf: Any) -> None:
    (poll,) = engine.hold_polls(DECISIONS, identity="early")
    execution = start(swf, "held")
    status, task = read(poll)
    assert (status, task["workflowExecution"]) == (200, execution)
    assert task["events"][-1]["decisionTaskStartedEventAttributes"]["identity"] == "early"
    swf.terminate_workflow_execution(domain=DOMAIN, workflowId="held")


def test_pollers_are_served_first_come_first_served(engine: Engine, swf: Any) -> None:
    polls = [engine.hold_polls(DECISIONS)[0] for _ in range(3)]
    for number in range(3):
        start(swf, f"fifo-{number}")
    names = [read(poll)[1]["workflowExecution"]["workflowId"] for poll in polls]
    assert names == ["fifo-0", "fifo-1", "fifo-2"]
    for name in names:
        swf.terminate_workflow_execution(domain=DOMAIN, workflowId=name)


@pytest.mark.parametrize("how", ["close", "reset", "half-close"])
def test_task_is_not_lost_when_the_polling_connection_has_gone(
    engine: Engine, swf: Any, how: str
) -> None:
    (poll,) = engine.hold_polls(DECISIONS, identity="gone")
    if how == "reset":
        assert poll.sock is not None
        poll.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    if how == "half-close":
        poll.sock.shutdown(socket.SHUT_WR)
    else:
        poll.close()
    start(swf, how)
    task = poll_decision(swf)
    assert task["workflowExecution"]["workflowId"] == how
    swf.terminate_workflow_execution(domain=DOMAIN, workflowId=how)
    poll.close()


def test_task_goes_past_a_dead_poll_to_a_living_one(engine: Engine, swf: Any) -> None:
    dead, living = engine.hold_polls(DECISIONS, DECISIONS)
    dead.close()
    start(swf, "past")
    assert read(living)[1]["workflowExecution"]["workflowId"] == "past"
    swf.terminate_workflow_execution(domain=DOMAIN, workflowId="past")


def test_release_polls_answers_that_identity_now_and_for_a_while(engine: Engine, swf: Any) -> None:
    mine = engine.hold_polls(DECISIONS, ACTIVITIES, identity="mine")
    (other,) = engine.hold_polls(DECISIONS, identity="other")
    assert engine.post("ReleasePolls", {"identity": "mine"}) == (200, None)
    assert [("taskToken" in read(poll)[1]) for poll in mine] == [False, False]
    start(swf, "release")
    assert "taskToken" in read(other)[1]
    late = engine.hold_polls(ACTIVITIES, identity="mine")[0]
    late.sock.settimeout(5)
    assert read(late) == (200, {"startedEventId": 0})
    swf.terminate_workflow_execution(domain=DOMAIN, workflowId="release")


def test_release_polls_needs_an_identity(engine: Engine) -> None:
    status, fault = engine.post("ReleasePolls", {})
    assert status == 400
    assert "'identity'" in fault["message"]


def test_activity_of_a_terminated_execution_is_not_given_out(engine: Engine, swf: Any) -> None:
    start(swf, "doomed")
    decide(swf, schedule("a"))
    swf.terminate_workflow_execution(domain=DOMAIN, workflowId="doomed")
    (poll,) = engine.hold_polls(ACTIVITIES)
    start(swf, "alive")
    decide(swf, schedule("b"))
    assert read(poll)[1]["activityId"] == "b"
    swf.terminate_workflow_execution(domain=DOMAIN, workflowId="alive")


def test_unknown_domain_faults_at_once(swf: Any) -> None:
    for poll in (swf.poll_for_activity_task, swf.poll_for_decision_task):
        with pytest.raises(swf.exceptions.UnknownResourceFault, match="Unknown domain: nowhere"):
            poll(domain="nowhere", taskList={"name": "x"})


def test_many_tasks_reach_many_polls_each_once(engine: Engine, swf: Any) -> None:
    polls = engine.hold_polls(*[ACTIVITIES] * 20)
    start(swf, "many")
    decide(swf, *(schedule(str(number)) for number in range(25)))
    got = [int(read(poll)[1]["activityId"]) for poll in polls]
    got += [int(poll_activity(swf)["activityId"]) for _ in range(5)]
    assert sorted(got) == list(range(25))
    assert got == sorted(got)
    swf.terminate_workflow_execution(domain=DOMAIN, workflowId="many")
