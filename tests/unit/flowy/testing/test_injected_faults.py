"""Fault injection: each fault happens, and the workers get over it."""

import pytest

from flowy import Activity, ActivityProxy, TaskLost, TaskTimedOut, Workflow, activity, workflow
from flowy.swf.events import (
    ActivityTaskCompleted,
    ActivityTaskTimedOut,
    DecisionTaskCompleted,
    DecisionTaskTimedOut,
)
from flowy.testing import Delay, Drop, Environment, Happened, Lose, Repeat, Throttle
from flowy.testing.clock import START

COMPLETED = "RespondActivityTaskCompleted"
DECIDED = "RespondDecisionTaskCompleted"


@activity("Double", 1, "numbers")
def double(n):
    return n * 2


@activity("Copies", 1, "files", heartbeat=30)
class Copies(Activity):
    def run(self):
        begun = self.last_details or 0
        for part in range(begun, 5):
            self.heartbeat(part)
        return begun


@workflow("Sums", 1, "decisions", execution_start_to_close=30 * 24 * 3600)
class Sums(Workflow):
    double = ActivityProxy(double, lost=99)

    def run(self, count):
        return sum(self.double(n).result() for n in range(count))


def seconds(env):
    return (env.now - START).total_seconds()


def kinds(history, kind):
    return [event for event in history if isinstance(event.attributes, kind)]


def run(env, flow=Sums, *args):
    handle = env.start(flow, *args)
    return handle.result(), env.history(handle)


def test_an_answer_that_is_lost_on_its_way_back_counts_once(env):
    env.faults.lose(COMPLETED, nth=2)
    result, history = run(env, Sums, 3)
    assert result == 6
    assert env.faults.happened == [Happened(COMPLETED, Lose())]
    assert len(kinds(history, ActivityTaskCompleted)) == 3


def test_a_lost_decision_is_not_decided_twice(env):
    env.faults.lose(DECIDED)
    result, history = run(env, Sums, 1)
    assert result == 0
    assert len(kinds(history, DecisionTaskCompleted)) == 2


def test_an_answer_that_never_arrives_is_sent_again(env):
    env.faults.drop("Respond", times=3)
    assert run(env, Sums, 2)[0] == 2
    assert [each.effect for each in env.faults.happened] == [Drop()] * 3


def test_a_poll_that_never_arrives_starts_no_task(env):
    env.faults.drop("PollForActivityTask")
    result, history = run(env, Sums, 1)
    assert result == 0
    assert not kinds(history, ActivityTaskTimedOut)
    assert env.faults.happened == [Happened("PollForActivityTask", Drop())]


def test_a_throttle_slows_the_workers_and_kills_none(env):
    env.faults.throttle("Poll", nth=2, times=6)
    assert run(env, Sums, 1)[0] == 0
    assert [each.effect for each in env.faults.happened] == [Throttle()] * 6
    assert seconds(env) > 20


def test_a_throttle_without_an_end_lets_the_decision_time_out(env):
    env.faults.throttle(DECIDED, times=10**9)
    handle = env.start(Sums, 1)
    env.advance(100)
    assert len(kinds(env.history(handle), DecisionTaskTimedOut)) >= 3


def test_a_task_whose_hand_out_is_lost_is_lost_and_comes_again(env):
    env.faults.lose("PollForActivityTask")
    result, history = run(env, Sums, 1)
    assert result == 0
    (lost,) = kinds(history, ActivityTaskTimedOut)
    assert lost.attributes.timeout_type == "HEARTBEAT"


def test_the_nth_decision_times_out(env):
    env.faults.time_out_decision(nth=2)
    result, history = run(env, Sums, 2)
    assert result == 2
    (timed_out,) = kinds(history, DecisionTaskTimedOut)
    assert timed_out.attributes.timeout_type == "START_TO_CLOSE"
    assert seconds(env) == 30
    assert env.faults.happened == [Happened("Sums/1", "decision timed out")]


def test_an_answer_that_arrives_twice_is_refused_the_second_time(env):
    env.faults.repeat(COMPLETED)
    result, history = run(env, Sums, 2)
    assert result == 2
    assert len(kinds(history, ActivityTaskCompleted)) == 2
    assert env.faults.happened == [
        Happened(COMPLETED, Repeat()),
        Happened(COMPLETED, "the second one: UnknownResourceFault"),
    ]


def test_an_answer_that_comes_after_the_time_out_is_not_taken(env):
    @workflow("Waits", 1, "decisions")
    class Waits(Workflow):
        double = ActivityProxy(double, start_to_close=100)

        def run(self):
            try:
                return self.double(1).result()
            except TaskTimedOut as error:
                return error.kind

    env.faults.delay(200, COMPLETED)
    result, history = run(env, Waits)
    assert result == "START_TO_CLOSE"
    env.advance(200)
    assert not kinds(history, ActivityTaskCompleted)
    assert env.faults.happened == [Happened(COMPLETED, Delay(200))]


def test_a_killed_worker_is_noticed_by_its_heartbeats(env):
    @workflow("Once", 1, "decisions")
    class Once(Workflow):
        double = ActivityProxy(double, lost=0)

        def run(self):
            try:
                return self.double(1).result()
            except TaskLost:
                return "lost"

    env.faults.kill_worker("Double")
    result, history = run(env, Once)
    assert result == "lost"
    assert seconds(env) == 60
    (lost,) = kinds(history, ActivityTaskTimedOut)
    assert lost.attributes.timeout_type == "HEARTBEAT"


def test_the_next_attempt_finds_the_last_heartbeat_of_a_killed_worker(env):
    @workflow("Copying", 1, "decisions")
    class Copying(Workflow):
        copies = ActivityProxy(Copies, retry=1)

        def run(self):
            return self.copies().result()

    env.faults.kill_worker("Copies", heartbeats=3)
    assert env.run(Copying) == 2
    assert seconds(env) == 30


def test_a_worker_is_killed_in_the_middle_of_its_code(env):
    reached = []

    def takes(n):
        reached.append("begin")
        env.advance(10)
        reached.append("end")
        return n

    env.faults.kill_worker("Double")
    with env.replace("Double", takes):
        run(env, Sums, 1)
    assert reached == ["begin", "begin", "end"]


@pytest.mark.parametrize("seed", range(8))
def test_workflows_survive_chaos(seed):
    with Environment(seed=seed) as env:
        env.faults.chaos(0.2)
        assert env.run(Sums, 12) == 132
        assert env.faults.happened


def test_chaos_repeats_with_its_seed():
    def happened(seed):
        with Environment(seed=seed) as env:
            env.faults.chaos(0.3)
            env.run(Sums, 5)
            return env.now, env.faults.happened

    assert happened(3) == happened(3)
    assert happened(3) != happened(4)
