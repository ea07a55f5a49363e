"""Methods that handle signals: a branch for each signal, whose failure is the execution's."""

import json

import pytest
from story import RUN, Story, asked
from workflows import make, result_of

from flowy import Canceled, Workflow, forms, on_signal, workflow
from flowy.decider import decide
from flowy.errors import OptionError, RegistrationError
from flowy.swf import events as e
from flowy.swf.decisions import CompleteWorkflowExecution, FailWorkflowExecution


def signal(story, name, text=None):
    story.add(e.WorkflowExecutionSignaled(signal_name=name, input=text))


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


def test_a_signal_that_comes_while_the_execution_restarts_is_for_the_next_run():
    class Again(Workflow):
        resize = vars(make(lambda self: None))["resize"]

        def run(self, number=0):
            try:
                self.sleep(100).result()
            finally:
                self.resize("clean up").result()

        @on_signal("again")
        def again(self, number):
            self.restart(number)

    story = Story(workflow("Again", 1, "decisions")(Again))
    story.decide()
    signal(story, "again", "1")
    assert asked(story.decide())[-1] == "resize-1"
    signal(story, "again", "2")
    story.complete("resize-1")
    story.poll()
    (close,) = decide(story.registry, RUN, story.type, story.events).decisions

    given = forms.read_input(close.input)
    assert (given.args, given.meta.signals) == ([1], (("again", "2"),))


def test_a_handler_may_be_a_coroutine():
    class Waits(Workflow):
        resize = vars(make(lambda self: None))["resize"]

        async def run(self):
            self.found = None
            await self.sleep(5)
            return self.found

        @on_signal("go")
        async def go(self, value):
            self.found = await self.resize(value)

    story = Story(workflow("Waits", 1, "decisions")(Waits))
    signal(story, "go", "7")
    assert asked(story.decide()) == ["sleep-1", "go-1.resize-1"]
    story.complete("go-1.resize-1", "found")
    story.fire("sleep-1")

    assert result_of(story.decide()) == "found"


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
