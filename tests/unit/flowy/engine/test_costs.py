"""What a call costs, counted: SQLite's steps and Python's calls, never seconds.

Neither a long history nor many closed executions may make a call dearer.
"""

import gc
import json
import sys
from typing import Any

import pytest
from service_play import (
    ACTIVITIES,
    DECISIONS,
    DOMAIN,
    FLOW,
    Caller,
    ServicePlay,
    decision,
    schedule,
)

from flowy.engine.core.settings import Settings
from flowy.engine.run_ids import RunIds
from flowy.engine.store.tails import CHARACTERS, Tails

LONG = 24_900
"""Signals: with what else happens nearly the 25,000 events that SWF allows."""
MANY = 10_000
Costs = dict[str, tuple[int, int]]


class Meter:
    """Counts what calls cost: (steps of SQLite's machine, calls of functions)."""

    def __init__(self, play: ServicePlay) -> None:
        self.play = play
        self.costs: Costs = {}
        self._steps = 0
        self._calls = 0
        play.service.desk.store._connection.set_progress_handler(self._step, 1)

    def _step(self) -> int:
        self._steps += 1
        return 0

    def _profile(self, _frame: Any, event: str, _argument: Any) -> None:
        self._calls += event in ("call", "c_call")

    def __call__(self, name: str, operation: str, **request: Any) -> Any:
        self._steps = self._calls = 0
        body, caller = json.dumps(request).encode(), Caller()
        gc.disable()  # its turns would come at other moments
        sys.setprofile(self._profile)
        try:
            self.play.service.call(operation, body, caller, "eu-west-1")
            self.play.service.flush()
        finally:
            sys.setprofile(None)
            gc.enable()
        assert caller.status == 200, caller.body
        self.costs[name] = (self._steps, self._calls)
        return caller.body


def many(play: ServicePlay, operation: str, *requests: dict[str, Any]) -> None:
    """Calls that share one commit."""
    callers = [Caller() for _ in requests]
    for caller, request in zip(callers, requests, strict=True):
        play.service.call(operation, json.dumps(request).encode(), caller, "eu-west-1")
    play.service.flush()
    assert {caller.status for caller in callers} <= {200}


def tasks(measure: Meter) -> None:
    """Measure the calls that carry an execution on; its decision task waits."""
    task = measure("poll", "PollForDecisionTask", **DECISIONS)
    token, decisions = task["taskToken"], [schedule("x")]
    measure("decide", "RespondDecisionTaskCompleted", taskToken=token, decisions=decisions)
    token = measure("take", "PollForActivityTask", **ACTIVITIES)["taskToken"]
    measure("heartbeat", "RecordActivityTaskHeartbeat", taskToken=token)
    measure("complete", "RespondActivityTaskCompleted", taskToken=token)
    newest = DECISIONS | {"startAtPreviousStartedEvent": True}
    token = measure("poll on", "PollForDecisionTask", **newest)["taskToken"]
    decisions = [decision("StartTimer", timerId="t", startToFireTimeout="900")]
    measure("start a timer", "RespondDecisionTaskCompleted", taskToken=token, decisions=decisions)


def questions(measure: Meter, execution: dict[str, str]) -> None:
    """Measure the calls that look at executions."""
    asked = {"domain": DOMAIN, "execution": execution}
    measure("describe", "DescribeWorkflowExecution", **asked)
    measure("history", "GetWorkflowExecutionHistory", **asked, maximumPageSize=5)
    backwards = {"maximumPageSize": 5, "reverseOrder": True}
    measure("history, newest first", "GetWorkflowExecutionHistory", **asked, **backwards)
    times = {"domain": DOMAIN, "startTimeFilter": {"oldestDate": 0}, "maximumPageSize": 3}
    measure("list open", "ListOpenWorkflowExecutions", **times)
    measure("list closed", "ListClosedWorkflowExecutions", **times)
    measure("count open", "CountOpenWorkflowExecutions", **times | {"maximumPageSize": None})
    lists = {"domain": DOMAIN, "taskList": {"name": "work"}}
    measure("count waiting", "CountPendingActivityTasks", **lists)


def beginnings(measure: Meter) -> None:
    """Measure the calls that begin and end executions."""
    named = {"domain": DOMAIN, "workflowId": "another"}
    measure("start", "StartWorkflowExecution", **named, workflowType=FLOW)
    measure("signal", "SignalWorkflowExecution", **named, signalName="s")
    measure("ask to cancel", "RequestCancelWorkflowExecution", **named)
    measure("terminate", "TerminateWorkflowExecution", **named)


def every_cost(play: ServicePlay, execution: dict[str, str]) -> Costs:
    play.service.flush()
    measure = Meter(play)
    tasks(measure)
    questions(measure, execution)
    beginnings(measure)
    return measure.costs


@pytest.fixture(autouse=True, scope="module")
def _warm() -> None:
    """Let caches fill: what is done once in a process would be counted as the first one's."""
    play = ServicePlay()
    close_many(play, 10)
    every_cost(play, play.start())
    restart_calls(play)


def costs_after_signals(count: int, *, kept: int = CHARACTERS) -> Costs:
    play = ServicePlay(page=5)
    play.service.desk.store._tails = Tails(kept)
    execution = play.start()
    signal = {"domain": DOMAIN, "workflowId": "w", "signalName": "s"}
    many(play, "SignalWorkflowExecution", *[signal] * count)
    return every_cost(play, execution)


def close_many(play: ServicePlay, count: int, name: str = "closed") -> None:
    for first in range(0, count, 500):
        names = [f"{name}-{number}" for number in range(first, min(count, first + 500))]
        named = [{"domain": DOMAIN, "workflowId": workflow_id} for workflow_id in names]
        many(play, "StartWorkflowExecution", *(each | {"workflowType": FLOW} for each in named))
        many(play, "TerminateWorkflowExecution", *named)


def costs_after_closed(count: int) -> Costs:
    play = ServicePlay()
    close_many(play, count)
    return every_cost(play, play.start())


def test_no_call_costs_more_in_a_long_history() -> None:
    assert costs_after_signals(LONG, kept=0) == costs_after_signals(8, kept=0)


def test_pages_in_memory_spare_only_the_asking() -> None:
    short, long = costs_after_signals(8), costs_after_signals(LONG)
    differ = {name for name in short if short[name] != long[name]}
    assert differ == {"poll", "history"}  # the first page of a long history is on disk only
    assert short["poll"][0] < long["poll"][0] == costs_after_signals(8, kept=0)["poll"][0]


def test_no_call_costs_more_beside_many_closed_executions() -> None:
    assert costs_after_closed(MANY) == costs_after_closed(10)


def test_steps_of_a_signal_are_few() -> None:
    steps, calls = costs_after_signals(8)["signal"]
    assert 0 < steps < 200
    assert 0 < calls < 400


def objects() -> int:
    gc.collect()
    return len(gc.get_objects())


def test_closed_executions_leave_nothing_in_memory() -> None:
    play = ServicePlay()
    close_many(play, 500, "before")
    before = objects()
    close_many(play, 2_000, "after")
    desk = play.service.desk
    assert (len(desk.world.runs), desk.store._tails.size) == (0, 0)
    assert objects() - before < 2_000  # deadlines that have yet to be swept


def restart_calls(play: ServicePlay) -> int:
    """How many calls of functions a restart takes."""
    count = 0

    def profile(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    gc.disable()  # its callbacks would count, whenever they came
    sys.setprofile(profile)
    try:
        world = play.service.desk.store.load(Settings(), RunIds(b"again"))
    finally:
        sys.setprofile(None)
        gc.enable()
    assert len(world.runs) == len(play.service.desk.world.runs)
    return count


def test_restart_costs_what_the_open_executions_hold() -> None:
    def start(first: int, last: int) -> list[dict[str, Any]]:
        names = [f"open-{number}" for number in range(first, last)]
        return [{"domain": DOMAIN, "workflowId": name, "workflowType": FLOW} for name in names]

    play = ServicePlay()
    nothing = restart_calls(play)
    many(play, "StartWorkflowExecution", *start(0, 200))
    few = restart_calls(play)
    close_many(play, 1_000)
    assert restart_calls(play) == few
    many(play, "StartWorkflowExecution", *start(200, 1_000))
    assert restart_calls(play) - nothing < 5.2 * (few - nothing)
