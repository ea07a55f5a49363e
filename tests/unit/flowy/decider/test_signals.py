"""Signals in: read by name in order, handled by methods, carried along when nobody read them."""

import json

import pytest
from story import RUN, Story, asked
from workflows import make, result_of

from flowy import Canceled, TaskCanceled, Workflow, forms, on_signal, workflow
from flowy.decider import Execution, decide
from flowy.errors import OptionError, RegistrationError
from flowy.swf import events as e
from flowy.swf.decisions import CompleteWorkflowExecution, FailWorkflowExecution


def signal(story, name, text=None):
    story.add(e.WorkflowExecutionSignaled(signal_name=name, input=text))


def test_a_signal_that_came_before_is_there_and_a_later_one_is_waited_for():
    def run(self):
        first = self.signal("go").result()
        return [first, self.signal("go").result()]

    story = Story(make(run))
    signal(story, "go", '"early"')
    assert asked(story.decide()) == []
    signal(story, "other", "1")
    signal(story, "go", '"late"')

    assert result_of(story.decide()) == ["early", "late"]


def test_signals_are_read_in_order_of_arrival_for_each_name():
    def run(self):
        b = [self.signal("b").result() for _ in range(2)]
        return [b, [self.signal("a").result() for _ in range(2)]]

    story = Story(make(run))
    for name, text in [("a", "1"), ("b", "2"), ("a", "3"), ("b", "4")]:
        signal(story, name, text)

    assert result_of(story.decide()) == [[2, 4], [1, 3]]


def test_placeholders_of_one_name_take_the_signals_in_the_order_of_asking():
    def run(self):
        one, two = self.signal("go"), self.signal("go")
        return [two.result(), one.result()]

    story = Story(make(run))
    story.decide()
    signal(story, "go", "1")
    story.decide()
    signal(story, "go", "2")

    assert result_of(story.decide()) == [2, 1]


@pytest.mark.parametrize(
    ("text", "value"),
    [(None, None), ("", None), ("plain text", "plain text"), ('{"a": [1]}', {"a": [1]})],
)
def test_a_signals_value_is_any_json_or_the_text_itself(text, value):
    story = Story(make(lambda self: self.signal("go").result()))
    signal(story, "go", text)

    assert result_of(story.decide()) == value


def test_a_signal_that_cannot_be_read_here_parks_the_execution_once_somebody_needs_it():
    def run(self):
        self.resize("a").result()
        try:
            self.signal("go").result()
        except Exception:  # noqa: BLE001  # the code cannot swallow it
            return "went on"

    story = Story(make(run))
    signal(story, "go", '{"$flowy": "no such tag"}')
    assert asked(story.decide()) == ["resize-1"]
    story.complete("resize-1")

    assert "no such tag" in story.decide().parked


def test_our_own_signals_are_no_news_to_the_code():
    def run(self):
        with pytest.raises(OptionError):
            self.signal("flowy.wake")
        return self.resize("a").result()

    story = Story(make(run))
    signal(story, "flowy.wake")
    assert asked(story.decide()) == ["resize-1"]
    signal(story, "flowy.wake")
    story.complete("resize-1", 1)

    verdict = story.decide()
    assert result_of(verdict) == 1
    assert verdict.warnings == ()


def test_signals_nobody_read_are_warned_of_at_the_close_also_those_after_the_end():
    def run(self):
        self.signal("looked at").result()
        self.signal("not looked at")
        return "done"

    story = Story(make(run))
    for name in ("looked at", "not looked at", "never asked for", "never asked for"):
        signal(story, name)
    story.poll()
    verdict = decide(story.registry, RUN, story.type, story.events)

    assert verdict.warnings == (
        "nobody read the signal 'not looked at'",
        "nobody read the signal 'never asked for', which came 2 times",
    )
    signal(story, "late")
    story.answer(verdict.decisions, verdict.context)
    assert "nobody read the signal 'late'" in story.decide().warnings


def test_a_run_reads_the_signals_that_the_one_before_it_left_unread():
    story = Story(make(lambda self: [self.signal("a").result(), self.signal("b").result()]))
    meta = forms.Meta(signals=(("b", "2"), ("a", '"one"')))
    text = forms.write_input(forms.write_arguments((), {}), meta)
    started = story.events[0].attributes
    story.events[0] = e.Event(
        1,
        0,
        e.WorkflowExecutionStarted(
            child_policy="TERMINATE",
            task_list=started.task_list,
            workflow_type=started.workflow_type,
            input=text,
        ),
    )

    assert result_of(story.decide()) == ["one", 2]


def test_the_inbox_gives_what_is_unread_in_order_of_arrival_across_names():
    def run(self):
        self.signal("b").result()
        self.signal("a")
        self.sleep(60).result()

    story = Story(make(run))
    for name, text in [("a", "1"), ("b", "2"), ("c", None), ("a", "4")]:
        signal(story, name, text)
    story.poll()
    kept = Execution(story.registry.workflow(story.type), RUN, story.registry)
    kept.activate(story.events)

    assert kept.inbox.unread() == (("a", "1"), ("c", None), ("a", "4"))
    kept.evict()


def test_ten_thousand_signals_that_were_read_leave_nothing_in_the_inbox():
    def run(self):
        for _ in range(10_000):
            self.signal("go").result()
        self.sleep(60).result()

    story = Story(make(run))
    for n in range(10_000):
        signal(story, "go", str(n))
    story.poll()
    kept = Execution(story.registry.workflow(story.type), RUN, story.registry)
    kept.activate(story.events)

    assert kept.inbox.unread() == ()
    assert len(kept.inbox._kept) == len(kept.inbox._given) == 0
    kept.evict()


def test_a_cancelled_wait_leaves_the_signal_to_the_next():
    def run(self):
        given_up = self.signal("go")
        given_up.cancel()
        with pytest.raises(TaskCanceled):
            given_up.result()
        return self.signal("go").result()

    story = Story(make(run))
    story.decide()
    signal(story, "go", "7")

    assert result_of(story.decide()) == 7


def test_a_cancelled_branch_that_waited_for_a_signal_takes_none():
    def run(self):
        def watch():
            self.signal("go").result()

        watcher = self.spawn(watch)
        self.sleep(5).result()
        watcher.cancel()
        return self.signal("go").result()

    story = Story(make(run))
    story.decide()
    story.fire("sleep-1")
    story.decide()
    signal(story, "go", "7")

    assert result_of(story.decide()) == 7


class Shop(Workflow):
    def run(self):
        self.seen = []
        self.sleep(100).result()
        return self.seen

    @on_signal("order")
    def ordered(self, item):
        self.seen.append(item)
        self.seen.append(self.resize(item).result())


def shop():
    proxies = vars(make(lambda self: None))
    return workflow("Shop", 1, "decisions")(type("Sub", (Shop,), {"resize": proxies["resize"]}))


def test_a_handler_method_runs_as_a_branch_for_each_signal_in_order_of_arrival():
    story = Story(shop())
    signal(story, "order", '"hat"')
    signal(story, "order", "{}")
    assert asked(story.decide()) == ["sleep-1", "ordered-1.resize-1", "ordered-2.resize-1"]
    story.complete("ordered-2.resize-1", 2)
    story.decide()
    story.complete("ordered-1.resize-1", 1)
    story.fire("sleep-1")

    assert result_of(story.decide()) == ["hat", {}, 2, 1]


def test_a_handlers_failure_is_the_executions_since_nobody_looks_at_it():
    class Fails(Workflow):
        def run(self):
            self.sleep(100).result()

        @on_signal("go")
        def go(self, value):
            raise ValueError(value)

    story = Story(workflow("Fails", 1, "decisions")(Fails))
    story.decide()
    signal(story, "go", '"boom"')
    close = story.decide().decisions[-1]

    assert isinstance(close, FailWorkflowExecution)
    assert close.reason == "ValueError"
    assert json.loads(close.details)["message"] == "boom"


def test_the_end_of_run_cancels_handlers_and_that_is_no_failure():
    seen = []

    class Ends(Workflow):
        def run(self):
            self.sleep(5).result()
            return "done"

        @on_signal("go")
        def go(self, value):
            try:
                self.signal("never").result()
            except Canceled:
                seen.append(value)
                raise

    story = Story(workflow("Ends", 1, "decisions")(Ends))
    signal(story, "go", "1")
    story.decide()
    story.fire("sleep-1")
    verdict = story.decide()

    assert isinstance(verdict.decisions[-1], CompleteWorkflowExecution)
    assert seen[-1] == 1


def test_a_signal_for_a_handler_that_comes_while_the_execution_closes_is_unread():
    class Ends(Workflow):
        resize = vars(make(lambda self: None))["resize"]

        def run(self):
            self.spawn(self.watch)
            self.sleep(5).result()
            return "done"

        def watch(self):
            try:
                self.sleep(100).result()
            finally:
                self.resize("clean up").result()

        @on_signal("go")
        def go(self, value):
            raise AssertionError("nobody would cancel this branch")

    story = Story(workflow("Ends", 1, "decisions")(Ends))
    story.decide()
    story.fire("sleep-1")
    story.decide()
    signal(story, "go")
    story.complete("watch-1.resize-1")

    verdict = story.decide()
    assert result_of(verdict) == "done"
    assert "nobody read the signal 'go'" in verdict.warnings


def test_changed_handlers_are_a_difference():
    story = Story(shop())
    signal(story, "order", '"hat"')
    story.decide()

    class Deaf(Workflow):
        def run(self):
            self.sleep(100).result()

    story.registry = Story(workflow("Shop", 1, "decisions")(Deaf)).registry

    assert "asked:    nothing more" in story.decide().parked


def test_a_name_that_a_method_handles_cannot_be_read_besides():
    class Both(Workflow):
        def run(self):
            self.signal("go")

        @on_signal("go")
        def go(self, value): ...

    (close,) = Story(workflow("Both", 1, "decisions")(Both)).decide().decisions

    assert "go()" in json.loads(close.details)["message"]


def test_two_methods_for_one_signal_are_refused_when_the_class_is_decorated():
    class Twice(Workflow):
        @on_signal("go")
        def one(self, value): ...

        @on_signal("go")
        def two(self, value): ...

    with pytest.raises(RegistrationError, match=r"one\(\) and two\(\) handle the signal 'go'"):
        workflow("Twice", 1, "decisions")(Twice)


@pytest.mark.parametrize("name", ["", "flowy.wake", "x" * 257, 7])
def test_a_handler_of_no_name_or_of_ours_is_refused(name):
    with pytest.raises(OptionError):
        on_signal(name)
