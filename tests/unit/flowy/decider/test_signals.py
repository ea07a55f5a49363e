"""Signals in: read by name in order, handled by methods, carried along when nobody read them."""

import pytest
from story import RUN, Story, asked
from workflows import make, result_of

from flowy import TaskCanceled, forms
from flowy.decider import Execution, decide
from flowy.errors import OptionError
from flowy.swf import events as e


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
