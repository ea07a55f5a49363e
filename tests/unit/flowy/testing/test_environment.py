"""`Environment`: time that skips, real workers, results, parked executions."""

import time
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock

import pytest
from flows import DAY, flow, resize, seconds_since_start

from flowy import ActivityProxy, ExecutionFailed, NonDeterminismError
from flowy.swf.events import DecisionTaskCompleted, TimerFired
from flowy.testing import Environment, EnvironmentHandle, ExecutionParked, Settings
from flowy.testing.clock import START


def test_a_sleep_of_thirty_days_takes_milliseconds(env):
    def run(self):
        self.sleep(timedelta(days=30)).result()
        return self.now().isoformat()

    sleeps = flow(run)
    env.run(flow(lambda self: None, "Warm"))
    began = time.perf_counter()
    assert env.run(sleeps) == "2026-01-31T00:00:00+00:00"
    assert time.perf_counter() - began < 0.5
    assert env.now == START + timedelta(days=30)


def test_a_hundred_parallel_activities_give_their_results_in_order(env):
    def run(self, path):
        return [call.result() for call in [self.resize(path, n) for n in range(100)]]

    handle = env.start(flow(run), "p")
    assert handle.result() == [f"p@{n}" for n in range(100)]
    assert env.now == START
    decided = [e for e in env.history(handle) if isinstance(e.attributes, DecisionTaskCompleted)]
    assert len(decided) == 2  # what ended at one moment was decided together


def test_retries_wait_their_delay_in_virtual_time(env):
    def run(self):
        return self.resize("p").result()

    failing = Mock(side_effect=[OSError("no disk"), OSError("no disk"), "done"])
    flaky = flow(run, resize=ActivityProxy(resize, retry=5, delay=3600))
    with env.replace("Resize", failing):
        assert env.run(flaky) == "done"
    assert failing.call_count == 3
    assert seconds_since_start(env) >= 2 * 3600


def test_the_same_calls_give_the_same_history():
    def run(self):
        self.sleep(self.random.randrange(1000)).result()
        return self.resize("p").result()

    histories = []
    for _ in range(2):
        with Environment() as env:
            handle = env.start(flow(run))
            handle.result()
            histories.append((handle.execution, env.history(handle)))
    assert histories[0] == histories[1]
    with Environment(seed=1) as env:
        assert env.start(flow(run)).execution != histories[0][0]


def test_advance_stops_between_two_events(env):
    def run(self):
        self.sleep(60).result()

    handle = env.start(flow(run))
    env.advance(59)
    assert handle.describe().is_open
    assert env.now == START + timedelta(seconds=59)
    env.advance(1)
    assert not handle.describe().is_open
    assert sum(isinstance(e.attributes, TimerFired) for e in env.history(handle)) == 1


def test_a_result_that_takes_longer_than_one_waits_is_a_time_out(env):
    handle = env.start(flow(lambda self: self.sleep(100).result()))
    with pytest.raises(TimeoutError):
        handle.result(timeout=99)
    assert seconds_since_start(env) == 99
    assert handle.result(timeout=1) is None


def test_executions_can_be_terminated_and_time_out(env):
    sleeps = flow(lambda self: self.sleep(DAY).result())
    handle = env.start(sleeps, id="w")
    env.terminate("w", "enough")
    with pytest.raises(ExecutionFailed, match="TERMINATED: enough"):
        handle.result()
    with pytest.raises(ExecutionFailed, match="TIMED_OUT"):
        env.run(sleeps, execution_start_to_close=3600)


def test_signals_arrive_while_time_stands_still(env):
    handle = env.start(flow(lambda self: self.sleep(60).result()), id="w")
    env.advance(30)
    env.signal("w", "hello", {"n": 1})
    handle.result()
    signaled = [e for e in env.history("w") if e.type == "WorkflowExecutionSignaled"]
    assert [(e.at / 1000 - START.timestamp()) for e in signaled] == [30]


def test_code_that_asks_for_something_else_in_its_replay_is_found_at_the_end(env):
    runs = []

    def run(self):
        runs.append(1)
        if len(runs) > 1:
            self.resize("p")

    with pytest.raises(NonDeterminismError):
        env.run(flow(run))


def test_a_parked_execution_raises_at_once_with_its_reason():
    runs = []

    def run(self):
        runs.append(1)
        self.resize(len(runs)).result()

    with Environment(sticky=False) as env:
        with pytest.raises(ExecutionParked, match="non-deterministic"):
            env.run(flow(run))
        assert env.now < START + timedelta(seconds=1)


def test_code_runs_once_where_executions_stay_in_memory_and_again_for_each_decision_elsewhere():
    runs = []

    def run(self):
        runs.append(1)
        for number in range(3):
            self.resize(number).result()

    for sticky, times in ((True, 1), (False, 4)):
        runs.clear()
        with Environment(sticky=sticky) as env:
            env.start(flow(run)).result()
            assert len(runs) == times


def test_a_parked_execution_goes_on_once_its_code_is_mended(env):
    broken = [ImportError("not on this host")]

    def run(self):
        for error in broken:
            raise error

    handle = env.start(flow(run))
    with pytest.raises(ExecutionParked, match="not on this host"):
        handle.result()
    broken.clear()
    env.advance(60)
    assert not env.parked
    assert handle.result() is None


def test_a_parked_execution_that_was_terminated_is_in_nobodys_way(env):
    def run(self):
        raise ImportError("never here")

    handle = env.start(flow(run, "Broken"))
    env.advance(5)
    assert handle.execution in env.parked
    handle.terminate()
    assert env.run(flow(lambda self: "fine")) == "fine"


def test_runs_that_the_domain_keeps_no_longer_are_not_replayed(env):
    env.start(flow(lambda self: "soon", "Short"))
    assert env.run(flow(lambda self: self.sleep(200 * DAY).result())) is None


def test_calls_over_a_limit_of_swfs_are_asked_for_again_later():
    def run(self):
        return [call.result() for call in [self.resize("p", n) for n in range(3)]]

    with Environment(settings=Settings(open_activities=2)) as env:
        handle = env.start(flow(run))
        assert handle.result() == ["p@0", "p@1", "p@2"]
        history = env.history(handle)
    refused = [event for event in history if event.type == "ScheduleActivityTaskFailed"]
    assert [event.attributes.cause for event in refused] == ["OPEN_ACTIVITIES_LIMIT_EXCEEDED"]


@pytest.mark.parametrize("zone", [UTC, None])
def test_time_begins_when_it_is_told_to(zone):
    with Environment(start=datetime(2030, 6, 1, tzinfo=zone)) as env:
        assert env.run(flow(lambda self: self.now().year)) == 2030
        assert env.now == datetime(2030, 6, 1, tzinfo=UTC)


def test_a_handle_lets_virtual_time_pass(env):
    handle = env.start(flow(lambda self: self.sleep(DAY).result()), id="w")
    assert isinstance(handle, EnvironmentHandle)
    assert isinstance(env.handle("w"), EnvironmentHandle)
    handle.result()
    assert seconds_since_start(env) == DAY


def test_more_calls_than_may_be_open_at_once_all_run(env):
    def run(self):
        return len([call.result() for call in [self.resize("p", n) for n in range(1_010)]])

    handle = env.start(flow(run))

    assert handle.result() == 1_010
    kinds = {event.type for event in env.history(handle)}
    assert "ScheduleActivityTaskFailed" not in kinds
