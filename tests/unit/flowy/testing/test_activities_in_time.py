"""Activities in an environment: stand-ins, time that they take, heartbeats, cancellation."""

from contextvars import ContextVar
from datetime import timedelta
from types import ModuleType
from unittest.mock import Mock

import pytest
from flows import DAY, flow, resize, seconds_since_start

from flowy import (
    Activity,
    ActivityProxy,
    ExecutionFailed,
    TaskFailed,
    TaskNotScheduled,
    TaskTimedOut,
    activity,
    current_task,
)
from flowy.errors import UnknownType
from flowy.swf.events import ActivityTaskCompleted, ActivityTaskStarted
from flowy.testing import Environment
from flowy.testing.clock import START

TENANT = ContextVar("tenant", default="nobody")


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
