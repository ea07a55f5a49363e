"""Maps that child executions share: `self.map(..., per_child=N)`."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from flows import flow, resize

from flowy import ActivityProxy, Retry, TaskTimedOut, activity, written_options
from flowy.errors import OptionError
from flowy.options import Options
from flowy.swf import events as e
from flowy.testing import Environment

GOLDEN = Path(__file__).parents[3] / "replay" / "formats" / "map_slice.json"


@activity("Double", 1, "numbers", start_to_close=7)
def double(number):
    return 2 * number


@activity("Fragile", 1, "numbers")
def fragile(number):
    if number == 3:
        raise LookupError("three")
    return number


def of_type(events, kind):
    return [event.attributes for event in events if isinstance(event.attributes, kind)]


def test_children_on_the_same_task_list_run_the_slices_and_the_results_stay_in_order(env):
    def run(self):
        return self.map(self.double, range(25), at_once=20, per_child=10).result()

    handle = env.start(flow(run, double=ActivityProxy(double)))
    assert handle.result() == [2 * number for number in range(25)]

    started = of_type(env.history(handle), e.StartChildWorkflowExecutionInitiated)
    assert [str(child.workflow_type) for child in started] == ["flowy.map/1"] * 3
    assert {child.task_list.name for child in started} == {"decisions"}
    calls = [
        len(of_type(env.history(child.workflow_id), e.ActivityTaskScheduled)) for child in started
    ]
    assert calls == [10, 10, 5]


def test_all_children_together_have_at_once_calls_open(env):
    def run(self):
        return self.map(self.double, range(24), at_once=8, per_child=4).result()

    handle = env.start(flow(run, double=ActivityProxy(double)))
    assert handle.result() == [2 * number for number in range(24)]

    running, most = 0, 0
    for event in env.history(handle):
        running += isinstance(event.attributes, e.StartChildWorkflowExecutionInitiated)
        running -= isinstance(event.attributes, e.ChildWorkflowExecutionCompleted)
        most = max(most, running)
    assert most == 2


def test_the_options_of_the_proxy_and_of_the_scope_reach_the_calls(env):
    def run(self):
        with self.options(priority=3, task_list="elsewhere"):
            results = self.map(self.double, [1, 2], per_child=1)
        return results.result()

    handle = env.start(flow(run, double=ActivityProxy(double, heartbeat=timedelta(minutes=2))))
    assert handle.result() == [2, 4]

    (child, _) = of_type(env.history(handle), e.StartChildWorkflowExecutionInitiated)
    (task,) = of_type(env.history(child.workflow_id), e.ActivityTaskScheduled)
    assert child.task_list.name == "decisions"
    assert (task.task_priority, task.task_list.name) == ("3", "elsewhere")
    assert (task.heartbeat_timeout, task.start_to_close_timeout) == ("120", "7")


def test_an_error_in_a_slice_is_that_of_the_map(env):
    def run(self):
        try:
            return self.map(self.fragile, range(6), at_once=2, per_child=2).result()
        except LookupError:
            return "never: it happened elsewhere"
        except Exception as error:  # noqa: BLE001  # its kind is what is tested
            return [type(error).__name__, error.remote_type, error.remote_message]

    cls = flow(run, fragile=ActivityProxy(fragile))
    assert env.run(cls) == ["TaskFailed", "LookupError", "three"]


def test_a_cancelled_map_cancels_its_children(env):
    def run(self):
        self.map(self.resize, range(4), at_once=4, per_child=2).result()

    env.leave("images")
    handle = env.start(flow(run))
    env.advance(1)
    handle.cancel()
    env.advance(1)

    children = of_type(env.history(handle), e.StartChildWorkflowExecutionInitiated)
    assert of_type(env.history(handle), e.WorkflowExecutionCanceled)
    assert len(children) == 2
    for child in children:
        assert of_type(env.history(child.workflow_id), e.WorkflowExecutionCanceled)


def test_more_than_25_000_events_fit_into_children(env):
    numbers = 8_400

    def run(self):
        return sum(self.map(self.double, range(numbers), at_once=700, per_child=700).result())

    handle = env.start(flow(run, double=ActivityProxy(double)))
    assert handle.result() == numbers * (numbers - 1)

    children = of_type(env.history(handle), e.StartChildWorkflowExecutionInitiated)
    histories = [env.history(child.workflow_id) for child in children]
    assert sum(map(len, histories)) > 25_000
    assert max(map(len, histories)) < 2_500
    assert len(env.history(handle)) < 150


@pytest.mark.parametrize("width", [{"per_child": 0}, {"per_child": -1}, {"at_once": 0}])
def test_a_map_that_would_start_nothing_is_refused(env, width):
    def run(self):
        with pytest.raises(OptionError, match="starts nothing"):
            self.map(self.resize, [1], **width)

    env.run(flow(run))


def test_only_the_proxy_of_an_activity_can_run_elsewhere(env):
    def run(self):
        with pytest.raises(OptionError, match="proxy of an activity"):
            self.map(len, ["a"], per_child=5)

    env.run(flow(run))


def test_all_options_survive_being_written():
    said = Options(
        task_list="fast",
        start_to_close=timedelta(seconds=90),
        heartbeat=None,
        priority=-3,
        retry=Retry(attempts=9, delay=timedelta(hours=1), never=(TaskTimedOut, "shop.NoMoney")),
        lost=0,
        error_handling=False,
    )
    text = json.dumps(written_options.write(said))
    read = written_options.read(json.loads(text))

    assert written_options.write(read) == json.loads(text)
    assert read.retry.never == (TaskTimedOut, "shop.NoMoney")
    assert (read.start_to_close, read.heartbeat) == (90, None)
    assert written_options.read({"of_a_later_release": 1}) == Options()


def test_the_recorded_form_of_a_slice_is_read_for_ever():
    golden = json.loads(GOLDEN.read_text())
    name, version, said, items, at_once = golden["args"]

    assert (name, version, items, at_once) == ("Double", "1", [1, 2], 20)
    assert written_options.read(said) == Options(
        task_list="fast", start_to_close=90, retry=Retry(never=(TaskTimedOut,))
    )


def test_a_slice_is_written_in_that_form():
    def run(self):
        with self.options(task_list="fast", start_to_close=90, retry=Retry(never=(TaskTimedOut,))):
            return self.map(self.double, [1, 2], at_once=20, per_child=20).result()

    with Environment() as env:
        handle = env.start(flow(run, double=ActivityProxy(double)))
        env.leave("fast")
        env.advance(1)
        (child,) = of_type(env.history(handle), e.StartChildWorkflowExecutionInitiated)
    assert json.loads(child.input) == json.loads(GOLDEN.read_text())


def test_the_default_of_at_once_is_below_the_limit_of_open_activities(env):
    def run(self):
        return len(self.map(self.resize, range(450)).result())

    handle = env.start(flow(run, resize=ActivityProxy(resize)))
    assert handle.result() == 450
