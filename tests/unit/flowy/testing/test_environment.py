"""`Environment`: time that skips, real workers, stand-ins, parallel activities, cancellation."""

import time
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from types import ModuleType
from unittest.mock import Mock

import pytest

from flowy import (
    Activity,
    ActivityProxy,
    ExecutionFailed,
    NonDeterminismError,
    TaskFailed,
    TaskNotScheduled,
    TaskTimedOut,
    Workflow,
    activity,
    current_task,
    workflow,
)
from flowy.errors import UnknownType
from flowy.swf.events import (
    ActivityTaskCompleted,
    ActivityTaskStarted,
    DecisionTaskCompleted,
    TimerFired,
)
from flowy.testing import Environment, ExecutionParked, Settings
from flowy.testing.clock import START

DAY = 24 * 3600
YEAR = 365 * DAY
TENANT = ContextVar("tenant", default="nobody")


@activity("Resize", 1, "images")
def resize(path, width=128):
    return f"{path}@{width}"


def flow(run, name="Flow", **proxies):
    """A workflow class that may live for a year, with that run method."""
    body = {"run": run, "resize": ActivityProxy(resize), **proxies}
    decorate = workflow(name, 1, "decisions", execution_start_to_close=YEAR)
    return decorate(type(name, (Workflow,), body))


@pytest.fixture
def env():
    with Environment() as made:
        yield made


def seconds_since_start(env):
    return (env.now - START).total_seconds()


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


def test_what_an_activity_raises_reaches_the_workflow_and_its_starter(env):
    def caught(self):
        try:
            self.resize("p").result()
        except TaskFailed as error:
            return error.remote_type

    def uncaught(self):
        return self.resize("p").result()

    with env.replace(resize, Mock(side_effect=ValueError("bad path"))):
        assert env.run(flow(caught, "Catches")) == "ValueError"
        with pytest.raises(ExecutionFailed, match="bad path") as failed:
            env.run(flow(uncaught, "Fails"))
    assert failed.value.status == "FAILED"


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


def test_a_stand_in_holds_inside_its_block_only(env):
    def run(self):
        return self.resize("p").result()

    double = flow(run)
    with env.replace(("Resize", 1), lambda path: f"fake {path}"):
        with env.replace("Resize", lambda path: "hidden by the one that names the version"):
            assert env.run(double) == "fake p"
        with env.replace(resize, lambda path: f"nested {path}"):
            assert env.run(double) == "nested p"
        assert env.run(double) == "fake p"
    assert env.run(double) == "p@128"


def test_a_stand_in_defines_an_activity_that_lives_elsewhere(env):
    def run(self):
        return self.elsewhere(3).result()

    uses = flow(run, elsewhere=ActivityProxy("Elsewhere", 7))
    with pytest.raises(ExecutionFailed, match="ACTIVITY_TYPE_DOES_NOT_EXIST"):
        env.run(uses)
    with env.replace("Elsewhere", lambda n: n * 2):
        assert env.run(uses) == 6


def test_a_stand_in_for_nobody_is_refused(env):
    with pytest.raises(UnknownType, match="Rezise"), env.replace("Rezise", print):
        env.run(flow(lambda self: None))


def test_the_code_of_a_module_and_named_types_are_found():
    module = ModuleType("shop")
    module.resize = resize
    module.flow = flow(lambda self: self.named("p").result(), named=ActivityProxy("Resize", 1))
    with Environment(modules=[module]) as env:
        assert env.run(("Flow", 1)) == "p@128"


def test_an_activity_type_without_code_is_told_to_the_workflow(env):
    def run(self):
        try:
            self.missing().result()
        except TaskNotScheduled as error:
            return error.cause

    asks = flow(run, missing=ActivityProxy("Missing", 1, task_list="nowhere"))
    assert env.run(asks) == "ACTIVITY_TYPE_DOES_NOT_EXIST"


def test_activities_that_take_time_run_side_by_side(env):
    def run(self):
        return [call.result() for call in [self.resize(name) for name in ("slow", "quick")]]

    def takes(path):
        env.advance({"slow": 100, "quick": 60}[path])
        return env.now.timestamp() - START.timestamp()

    with env.replace("Resize", takes):
        handle = env.start(flow(run))
        assert handle.result() == [100, 60]
    assert seconds_since_start(env) == 100
    done = [e.at for e in env.history(handle) if isinstance(e.attributes, ActivityTaskCompleted)]
    assert [at / 1000 - START.timestamp() for at in done] == [60, 100]


def test_automatic_heartbeats_go_on_while_an_activity_takes_time(env):
    def run(self):
        return self.resize("p").result()

    def takes(_path):
        env.advance(3000)  # fifty times its heartbeat time-out
        return current_task().canceled

    with env.replace("Resize", takes):
        assert env.run(flow(run)) is False
    assert seconds_since_start(env) == 3000


def test_an_activity_that_takes_too_long_times_out_and_hears_of_it(env):
    def run(self):
        try:
            self.resize("p").result()
        except TaskTimedOut as error:
            return error.kind

    heard = []

    def takes(_path):
        env.advance(5000)
        heard.append(current_task().heartbeat())

    with env.replace("Resize", takes):
        assert env.run(flow(run)) == "START_TO_CLOSE"
        env.advance(2000)
    assert heard == [False]


def test_a_canceled_execution_stops_its_activity_at_the_next_heartbeat(env):
    beats = []

    @activity("Beats", 1, "beats", heartbeat=30)
    class Beats(Activity):
        def run(self):
            while self.heartbeat(len(beats)):
                beats.append(seconds_since_start(env))
                env.advance(10)

    def run(self):
        self.beats().result()

    handle = env.start(flow(run, beats=ActivityProxy(Beats)), id="w")
    env.advance(25)
    assert beats == [0, 10, 20]
    env.cancel("w")
    with pytest.raises(ExecutionFailed) as failed:
        handle.result()
    assert failed.value.status == "CANCELED"
    env.advance(100)
    assert beats == [0, 10, 20]


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


def test_a_parked_execution_raises_at_once_with_its_reason(env):
    runs = []

    def run(self):
        runs.append(1)
        self.resize(len(runs)).result()

    with pytest.raises(ExecutionParked, match="non-deterministic"):
        env.run(flow(run))
    assert env.now < START + timedelta(seconds=1)


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


def test_an_activity_sees_the_context_of_its_test(env):
    def run(self):
        return self.resize("p").result()

    token = TENANT.set("acme")
    with env.replace("Resize", lambda _path: TENANT.get()):
        assert env.run(flow(run)) == "acme"
    TENANT.reset(token)


def test_the_heartbeats_of_an_activity_end_with_it(env):
    def run(self):
        self.resize("p").result()
        self.sleep(600).result()

    env.faults.throttle("RecordActivityTaskHeartbeat")
    env.run(flow(run))
    assert env.faults.happened == []


def test_an_activity_may_not_wait_for_a_result(env):
    def run(self):
        return self.resize("p").result()

    def waits(_path):
        return env.run(flow(lambda self: None, "Other"))

    with (
        env.replace("Resize", waits),
        pytest.raises(ExecutionFailed, match="cannot wait for a result"),
    ):
        env.run(flow(run))


def test_lower_limits_show_how_the_code_meets_swfs():
    def run(self):
        calls = [self.resize("p", n) for n in range(3)]
        try:
            return [call.result() for call in calls]
        except TaskNotScheduled as error:
            return error.cause

    with Environment(settings=Settings(open_activities=2)) as env:
        assert env.run(flow(run)) == "OPEN_ACTIVITIES_LIMIT_EXCEEDED"


def test_the_end_of_an_environment_ends_what_still_runs():
    ended = []

    def run(self):
        return self.resize("p").result()

    def takes(_path):
        try:
            env.advance(DAY)
        finally:
            ended.append(env.now)

    with Environment() as env, env.replace("Resize", takes):
        env.start(flow(run))
        env.advance(100)
        assert not ended
    assert ended == [START + timedelta(seconds=100)]


@pytest.mark.parametrize("zone", [UTC, None])
def test_time_begins_when_it_is_told_to(zone):
    with Environment(start=datetime(2030, 6, 1, tzinfo=zone)) as env:
        assert env.run(flow(lambda self: self.now().year)) == 2030
        assert env.now == datetime(2030, 6, 1, tzinfo=UTC)


def test_tasks_of_one_list_go_by_priority(env):
    def run(self):
        with self.options(priority=1):
            low = self.resize("low")
        with self.options(priority=9):
            high = self.resize("high")
        return low.result(), high.result()

    order = []
    with env.replace("Resize", order.append):
        handle = env.start(flow(run))
        handle.result()
    assert order == ["high", "low"]
    started = [e for e in env.history(handle) if isinstance(e.attributes, ActivityTaskStarted)]
    assert len(started) == 2
