"""Signals, the log, the context and deferred tasks, through the workers and an engine."""

import pytest
import structlog
from flows import flow

from flowy import Activity, ActivityProxy, ExecutionFailed, TaskFailed, activity, current_task
from flowy import on_signal as handles
from flowy.errors import UnknownResource
from flowy.testing import ActivityEnvironment
from flowy.worker.execution import Deferred

TOKENS = []


@activity("Approve", 1, "people", heartbeat=None, start_to_close=7 * 24 * 3600)
def approve(what):
    TOKENS.append(current_task().defer())
    return "no result"


@activity("Hurried", 1, "people")
def hurried():
    current_task().defer()


@activity("Short", 1, "people", start_to_close=50)
def short():
    TOKENS.append(current_task().defer())


@activity("Mine", 1, "people", heartbeat=30)
class Mine(Activity):
    def run(self):
        TOKENS.append(self.defer())


@activity("Look", 1, "images")
def look():
    task = current_task().task
    return [task.attempt, task.execution.workflow_id, bool(task.execution.run_id), task.id]


@activity("Handed", 1, "images")
class Handed(Activity):
    def run(self):
        return [self.task.trace, list(self.task.tags)]


@pytest.fixture(autouse=True)
def tokens():
    TOKENS.clear()
    return TOKENS


def test_a_signal_from_outside_wakes_who_waits_for_it(env):
    handle = env.start(flow(lambda self: self.signal("approve").result()), id="w")
    env.advance(60)
    env.signal("w", "approve", {"by": ["Ann"]})

    assert handle.result() == {"by": ["Ann"]}


def test_handler_methods_hear_each_signal(env):
    def run(self):
        self.heard = []
        self.sleep(100).result()
        return self.heard

    @handles("note")
    def note(self, value):
        self.heard.append(value)

    handle = env.start(flow(run, note=note))
    for n in range(3):
        env.advance(10)
        handle.signal("note", n)

    assert handle.result() == [0, 1, 2]


def test_a_whole_run_logs_each_line_once_with_its_ids_and_type(env):
    def run(self):
        for n in range(3):
            self.log.info("round", n=n, type="mine")
            self.resize(n).result()
        self.log.warning("over")

    with structlog.testing.capture_logs(
        processors=[structlog.contextvars.merge_contextvars]
    ) as logged:
        env.run(flow(run), id="w")

    lines = [line for line in logged if line["event"] in {"round", "over"}]
    assert [line["event"] for line in lines] == ["round", "round", "round", "over"]
    assert [line.get("n") for line in lines] == [0, 1, 2, None]
    assert {(line["type"], line["workflow_id"], bool(line["run_id"])) for line in lines} == {
        ("Flow/1", "w", True)
    }
    assert lines[0]["type_"] == "mine"
    assert [line["log_level"] for line in lines] == ["info", "info", "info", "warning"]


def test_an_answer_that_was_dropped_loses_no_line(env):
    def run(self):
        self.log.info("round")
        self.resize(1).result()

    env.faults.drop("RespondDecisionTaskCompleted")
    with structlog.testing.capture_logs() as logged:
        env.run(flow(run))

    assert [line["event"] for line in logged].count("round") == 1


def test_the_context_is_read_from_outside_while_it_runs_and_after(env):
    def run(self):
        self.context = {"step": "waiting", "since": self.now()}
        self.sleep(100).result()
        self.sleep(100).result()

    handle = env.start(flow(run))
    assert handle.context() is None
    begun = env.now
    env.advance(150)
    assert handle.context() == {"step": "waiting", "since": begun}
    handle.result()
    assert handle.context()["step"] == "waiting"


def asks(step, name="Flow", **options):
    return flow(lambda self: self.step().result(), name, step=ActivityProxy(step, **options))


def test_a_deferred_task_stays_open_for_days_until_somebody_completes_it(env):
    handle = env.start(flow(lambda self: self.step("it").result(), step=ActivityProxy(approve)))
    env.advance(3 * 24 * 3600)
    with pytest.raises(TimeoutError):
        handle.result(0)
    env.complete(TOKENS[0], {"yes": True})

    assert handle.result() == {"yes": True}
    with pytest.raises(UnknownResource):
        env.complete(TOKENS[0])


def test_a_deferred_task_fails_with_the_type_that_somebody_says(env):
    def run(self):
        try:
            self.step("it").result()
        except TaskFailed as error:
            return [error.remote_type, error.remote_message]

    handle = env.start(flow(run, step=ActivityProxy(approve)))
    env.advance(60)
    env.fail(TOKENS[0], "Refused", "too expensive")

    assert handle.result() == ["Refused", "too expensive"]


def test_a_task_that_would_time_out_for_want_of_a_heartbeat_is_not_deferred(env):
    with pytest.raises(ExecutionFailed, match=r"time it out in 60 s.*heartbeat=None"):
        env.run(asks(hurried))
    assert TOKENS == []


def test_the_heartbeat_of_the_call_counts_and_not_that_of_the_decorator(env):
    with pytest.raises(ExecutionFailed, match="time it out in 5 s"):
        env.run(asks(short, heartbeat=5))
    handle = env.start(asks(short, "Patient", heartbeat=None, start_to_close=None))
    env.advance(3600)
    env.complete(TOKENS[0], 1)
    assert handle.result() == 1


def test_a_heartbeat_as_long_as_the_task_may_take_is_no_hindrance(env):
    handle = env.start(asks(short))
    env.advance(49)
    env.complete(TOKENS[0], 2)

    assert handle.result() == 2


def test_nobody_sends_the_heartbeats_of_a_task_that_was_deferred(env):
    env.faults.drop("RecordActivityTaskHeartbeat")
    env.start(asks(short))
    env.advance(49)
    assert env.faults.happened == []

    with env.replace("Short", lambda: env.advance(49)):
        env.run(asks(short, "Other"))
    assert len(env.faults.happened) == 1


def test_heartbeats_that_are_the_codes_own_are_its_own_affair(env):
    handle = env.start(asks(Mine))
    env.advance(20)
    env.complete(TOKENS[0], 3)

    assert handle.result() == 3


def test_one_activity_alone_defers_too():
    alone = ActivityEnvironment()

    assert alone.answer(approve, "it") == Deferred()
    assert TOKENS == ["token"]
    assert alone.deferred


def test_an_activity_knows_its_attempt_and_its_execution(env):
    assert env.run(asks(look), id="w") == [1, "w", True, "step-1"]


def test_the_trace_and_the_tags_of_the_start_reach_the_activities(env):
    shows = asks(Handed)

    assert env.run(shows, trace="00-4bf9-01", tags=["urgent"]) == ["00-4bf9-01", ["urgent"]]
    assert env.run(shows) == ["", []]


def test_a_restart_hands_the_trace_and_unread_signals_on(env):
    def run(self, again=True):
        if again:
            self.sleep(10).result()
            self.restart(again=False)
        return [self.step().result()[0], self.signal("a").result(), self.signal("b").result()]

    handle = env.start(flow(run, step=ActivityProxy(Handed)), trace="t", id="w")
    env.signal("w", "b", 2)
    env.advance(5)
    env.signal("w", "a", 1)

    assert handle.result() == ["t", 1, 2]


def test_a_handler_may_ask_for_the_restart(env):
    def run(self, again=True):
        if again:
            self.sleep(1000).result()
        return "restarted"

    @handles("again")
    def again(self, value):
        self.restart(again=False)

    handle = env.start(flow(run, hear=again), id="w")
    env.advance(5)
    env.signal("w", "again")

    assert handle.result() == "restarted"
