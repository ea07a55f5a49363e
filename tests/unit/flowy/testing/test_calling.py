"""`call`: a workflow's code with plain functions in place of its proxies."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from flowy import (
    ActivityProxy,
    Canceled,
    ExecutionFailed,
    FlowyError,
    LambdaProxy,
    SerializationError,
    TaskCanceled,
    TaskFailed,
    TaskLost,
    TaskTimedOut,
    Workflow,
    WorkflowProxy,
    activity,
    current_task,
    first,
    gather,
    on_signal,
    workflow,
)
from flowy.errors import OptionError
from flowy.forms import WORKER_LOST
from flowy.testing import Restarted, call


@activity("Resize", 1, "images")
def resize(path, width=128):
    return f"{path}@{width}"


@workflow("Part", 1, "parts")
class Part(Workflow):
    resize = ActivityProxy(resize)

    def run(self, path, width=1):
        return self.resize(path, width=width).result()


class Upload(Workflow):
    transcode = ActivityProxy("Transcode", 1)
    transcode_fast = ActivityProxy("Transcode", 1, task_list="fast")
    resize = ActivityProxy(resize)
    part = WorkflowProxy(Part)
    remote = WorkflowProxy("Remote", 1)
    label = LambdaProxy("label")

    def run(self, do, *args, **kwargs):
        return do(self, *args, **kwargs)


def flow(do, *args, **kwargs):
    """Run `do` as the workflow's code."""
    return call(type("Doing", (Upload,), {"run": do}), *args, **kwargs)


def test_functions_take_the_place_of_proxies_and_the_rest_is_run_s():
    def do(self, source, mark):
        return self.transcode(source).result() + mark

    assert flow(do, "a", mark="!", transcode=str.upper) == "A!"


def test_two_proxies_of_one_type_have_a_function_each():
    def do(self):
        return [self.transcode("x"), self.transcode_fast("x")]

    slow, fast = (lambda s: f"slow {s}"), (lambda s: f"fast {s}")
    assert flow(do, transcode=slow, transcode_fast=fast) == ["slow x", "fast x"]


def test_a_call_runs_at_once_and_its_placeholder_is_settled():
    ran = []

    def do(self):
        placeholder = self.transcode("a")
        assert ran == ["a"]
        assert placeholder.done()
        return placeholder

    flow(do, transcode=ran.append)


def test_placeholders_among_arguments_are_resolved():
    def do(self):
        one = self.transcode("a")
        return self.transcode([{"deep": one}, gather(one, one)])

    assert flow(do, transcode=lambda x: x * 2) == [{"deep": "aa"}, ["aa", "aa"]] * 2


def test_what_a_function_raises_is_a_task_failed():
    def do(self):
        with pytest.raises(TaskFailed, match="no such file") as caught:
            self.transcode("a").result()
        assert "def missing" not in caught.value.traceback
        return caught.value.remote_type

    def missing(_):
        raise FileNotFoundError("no such file")

    assert flow(do, transcode=missing) == "FileNotFoundError"


@pytest.mark.parametrize(
    ("error", "seen"),
    [
        (TaskTimedOut("START_TO_CLOSE", 7), TaskTimedOut),
        (Canceled(), TaskCanceled),
        (TaskLost(WORKER_LOST), TaskLost),
    ],
)
def test_a_function_may_end_as_tasks_end_besides(error, seen):
    def do(self):
        with self.options(lost=0), pytest.raises(seen):
            self.transcode("a").result()

    def ends(_):
        raise error

    flow(do, transcode=ends)


def test_a_failed_call_is_tried_again_as_the_options_say():
    attempts = []

    def flaky(_):
        attempts.append(current_task().task.attempt)
        if len(attempts) < 3:
            raise OSError("busy")
        return "done"

    def do(self):
        with self.options(retry=2, delay=60):
            result = self.transcode("a").result()
        return result, self.now().isoformat()

    assert flow(do, transcode=flaky) == ["done", "2026-01-01T00:02:00+00:00"]
    assert attempts == [1, 2, 3]


def test_an_error_that_fails_the_execution_though_nobody_looks_is_raised():
    class Strict(Workflow):
        transcode = ActivityProxy("Transcode", 1, error_handling=False)

        def run(self):
            self.transcode()
            return self.sleep(1).result()

    with pytest.raises(TaskFailed, match="ZeroDivisionError"):
        call(Strict, transcode=lambda: 1 / 0)


def test_a_proxy_that_has_its_code_runs_it():
    def do(self):
        return self.resize("a", width=2), self.part("b", width=3)

    assert flow(do) == ["a@2", "b@3"]
    assert flow(do, resize=lambda *_, **__: 1, part=lambda *_, **__: 2) == [1, 2]


def test_a_proxy_that_only_names_a_type_and_has_no_function_is_a_clear_error():
    def do(self):
        try:
            self.transcode("a")
        except Exception:  # noqa: BLE001  # code that hides errors must not hide this one
            return "hidden"

    with pytest.raises(FlowyError, match=r"transcode of Transcode/1 .* transcode=lambda"):
        flow(do)


def test_children_lambdas_and_messages_to_others():
    def do(self):
        child = self.remote(1)
        child.signal("more").result()
        self.external("elsewhere").signal("go", 1).result()
        self.external("elsewhere").cancel().result()
        return child.result(), self.label({"a": 1}).result()

    assert flow(do, remote=lambda n: n + 1, label=lambda event: event["a"]) == [2, 1]


def test_a_child_or_a_lambda_function_may_fail():
    def do(self):
        for placeholder in (self.remote(), self.label()):
            with pytest.raises(TaskFailed, match="ZeroDivisionError"):
                placeholder.result()

    flow(do, remote=lambda: 1 / 0, label=lambda: 1 / 0)


def test_sleeps_pass_at_once_and_move_the_clock():
    def do(self):
        began = self.now()
        self.sleep(timedelta(days=30)).result()
        return began, (self.now() - began).days

    begin = datetime(2030, 1, 1, tzinfo=UTC)
    assert flow(do, now=begin) == [begin, 30]


def test_timers_fire_in_their_order_and_time_is_not_added_up():
    def do(self):
        began, order = self.now(), []
        long, short = self.sleep(50), self.sleep(20)
        order.append(first(long, short) is short)
        long.result()
        return order, (self.now() - began).seconds

    assert flow(do) == [[True], 50]


def test_chance_notes_and_side_effects_work():
    def do(self):
        self.log.info("hello", x=1)
        self.marker("here", {"x": 1})
        self.context = {"step": 1}
        assert self.patched("new-way")
        assert self.side_effect(lambda: 5) == 5
        return self.random.random(), self.uuid4(), self.context, self.tags

    one, two = flow(do, tags=["t"]), flow(do, tags=["t"])
    assert one == two
    assert isinstance(one[1], UUID)
    assert one[2:] == [{"step": 1}, ["t"]]


def test_branches_run_and_are_waited_for():
    def do(self):
        branches = [self.spawn(self.walk, n) for n in range(3)]
        return [branch.result() for branch in branches]

    def walk(self, n):
        self.sleep(n).result()
        return self.transcode(n).result()

    walking = type("Walking", (Upload,), {"run": do, "walk": walk})
    assert call(walking, transcode=lambda n: n * n) == [0, 1, 4]


def test_an_async_run_works():
    class Async(Workflow):
        transcode = ActivityProxy("Transcode", 1)

        async def run(self, source):
            return await self.transcode(source)

    assert call(Async, "a", transcode=str.upper) == "A"


def test_signals_are_there_from_the_beginning():
    class Approval(Workflow):
        def __init__(self, execution):
            super().__init__(execution)
            self.heard = []

        @on_signal("note")
        def note(self, value):
            self.heard.append(value)

        def run(self):
            answer = self.signal("answer").result()
            self.sleep(1).result()
            return answer, self.heard

    signals = [("note", 1), ("answer", {"ok": True}), ("note", 2)]
    assert call(Approval, signals=signals) == [{"ok": True}, [1, 2]]
    assert call(Approval, signals=["answer"]) == [None, []]


def test_methods_that_handle_signals_run_before_code_that_never_waits():
    class Heard(Workflow):
        heard = ()

        @on_signal("note")
        def note(self, value):
            self.heard = (*self.heard, value)

        def run(self):
            return self.heard

    assert call(Heard, signals=[("note", 1), ("note", 2)]) == [1, 2]


def test_a_signal_that_never_comes_is_told():
    with pytest.raises(TimeoutError, match=r"signal-1.*give its signals"):
        flow(lambda self: self.signal("answer").result())


def test_a_time_limit_on_a_signal_that_never_comes_passes():
    def do(self):
        signal, limit = self.signal("answer"), self.sleep(60)
        return first(signal, limit) is limit

    assert flow(do) is True


def test_what_run_raises_comes_out_as_it_is():
    error = LookupError("nobody")

    def do(self):
        raise error

    with pytest.raises(LookupError) as caught:
        flow(do)
    assert caught.value is error


def test_an_uncaught_failure_of_a_task_is_the_caller_s():
    with pytest.raises(TaskFailed, match="ZeroDivisionError"):
        flow(lambda self: self.transcode().result(), transcode=lambda: 1 / 0)


def test_a_canceled_workflow_and_a_result_without_json_are_failures():
    def give_up(self):
        raise Canceled

    with pytest.raises(ExecutionFailed, match="CANCELED"):
        flow(give_up)
    with pytest.raises(ExecutionFailed, match="which has no JSON form"):
        flow(lambda self: object())


def test_a_restart_tells_its_arguments():
    with pytest.raises(Restarted) as caught:
        flow(lambda self, n: self.restart(n + 1, mark="!"), 1)
    assert (caught.value.arguments, caught.value.keywords) == ([2], {"mark": "!"})


def test_arguments_go_through_json():
    assert flow(lambda self: self.transcode((1, 2)), transcode=repr) == "[1, 2]"
    with pytest.raises(SerializationError, match=r"args\[0\]"):
        flow(lambda self: self.transcode({1, 2}), transcode=repr)


def test_what_is_no_workflow_or_no_function_is_refused():
    with pytest.raises(OptionError, match="no workflow"):
        call(dict)
    with pytest.raises(OptionError, match=r"transcode=3 .* proxy's place"):
        flow(lambda self: None, transcode=3)


@dataclass(frozen=True)
class Size:
    width: int


@activity("Scale", 1, "images")
def scale(size: Size, by: int) -> Size:
    return Size(size.width * by)


def test_types_of_annotations_are_known_as_they_are_in_production():
    class Scaling(Workflow):
        scale = ActivityProxy(scale)

        def run(self, size: Size) -> Size:
            return self.scale(size, 3).result()

    assert call(Scaling, Size(2)) == Size(6)
    assert call(Scaling, Size(2), scale=lambda size, by: size) == Size(2)


def test_long_texts_need_no_store():
    text = "x" * 100_000
    assert (
        flow(lambda self, given: self.transcode(given), text, transcode=str.upper) == text.upper()
    )
