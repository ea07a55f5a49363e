"""Several placeholders as one: gather, wait, first, finish_order."""

import pytest
from story import Story, asked
from workflows import make, resize, result_of

from flowy import (
    ActivityProxy,
    TaskCanceled,
    TaskFailed,
    finish_order,
    first,
    gather,
    wait,
)
from flowy.swf import events as e

once = ActivityProxy(resize, retry=0)


def three(self):
    return [self.resize(name) for name in "abc"]


def end_in_order(story, *ids):
    """Activities of these ids end one after the other; the last verdict."""
    story.decide()
    for each in ids:
        story.complete(each, f"{each}!")
    return story.decide()


def test_gather_gives_the_values_in_the_order_given():
    story = Story(make(lambda self: gather(*three(self)).result()))

    verdict = end_in_order(story, "resize-3", "resize-1", "resize-2")
    assert result_of(verdict) == ["resize-1!", "resize-2!", "resize-3!"]


def test_gather_is_a_placeholder_that_other_calls_and_gathers_take():
    def run(self):
        both = gather(gather(self.resize("a"), self.resize("b")), gather())
        return self.transcode(both).result()

    story = Story(make(run))
    (transcode,) = end_in_order(story, "resize-1", "resize-2").decisions
    assert '"args":[[["resize-1!","resize-2!"],[]]]' in transcode.input


def test_the_first_error_of_a_gather_is_its_own_though_others_still_run():
    def run(self):
        calls = three(self)
        with pytest.raises(TaskFailed, match="B"):
            gather(*calls).result()
        with pytest.raises(TaskFailed, match="B"):
            gather(calls[0], calls[1]).result()  # also when it has failed already
        return wait(*calls)

    story = Story(make(run, resize=once))
    story.decide()
    story.fail("resize-2", "B")
    story.decide()
    story.fail("resize-1", "A")
    story.complete("resize-3")
    verdict = story.decide()

    assert result_of(verdict) is None
    assert verdict.warnings == ()


def test_a_failed_gather_that_nobody_looks_at_is_a_warning():
    def run(self):
        gather(*three(self))
        return self.transcode("x").result()

    story = Story(make(run, resize=once))
    story.decide()
    story.fail("resize-1", "A")
    story.complete("resize-2")
    story.complete("resize-3")
    story.complete("transcode-1")

    (warning,) = story.decide().warnings
    assert warning.startswith("nobody looked at <placeholder gather(resize-1, resize-2, resize-3)")


def test_wait_waits_for_all_and_raises_no_error_of_theirs():
    def run(self):
        calls = three(self)
        wait(*calls)
        wait()
        return [call.done() for call in calls]

    story = Story(make(run, resize=once))
    story.decide()
    story.fail("resize-1")
    story.complete("resize-2")
    assert asked(story.decide()) == []
    story.complete("resize-3")
    verdict = story.decide()

    assert result_of(verdict) == [True, True, True]
    assert len(verdict.warnings) == 1  # waiting is not looking


def test_first_is_the_first_of_the_history_however_many_came_at_once():
    def run(self):
        calls = three(self)
        winner = first(*calls)
        return [calls.index(winner), calls.index(first(*calls)), winner.result()]

    story = Story(make(run))
    assert result_of(end_in_order(story, "resize-3", "resize-1")) == [2, 2, "resize-3!"]


def test_first_also_takes_a_time_limit_and_refuses_nothing_at_all():
    def run(self):
        call = self.resize("a")
        limit = self.sleep(60)
        with pytest.raises(ValueError, match="for ever"):
            first()
        return first(call, limit) is limit

    story = Story(make(run))
    story.decide()
    story.fire("sleep-1")
    assert result_of(story.decide()) is True


def test_finish_order_gives_each_once_in_the_order_of_settling():
    def run(self):
        a, b, c = three(self)
        a.result()
        return [call.result() for call in finish_order(c, b, a, a)]

    story = Story(make(run))
    story.decide()
    story.complete("resize-1", "a")
    assert asked(story.decide()) == []
    story.complete("resize-3", "c")
    assert asked(story.decide()) == []
    story.complete("resize-2", "b")

    assert result_of(story.decide()) == ["a", "c", "b"]


def test_what_was_settled_before_stands_in_the_order_of_its_settling():
    def run(self):
        a, b, c = three(self)
        self.sleep(1).result()
        with pytest.raises(TaskFailed, match="C"):
            gather(a, b, c).result()
        return [first(a, b, c) is c, [(a, b, c).index(done) for done in finish_order(a, b, c)]]

    story = Story(make(run, resize=once))
    story.decide()
    story.fail("resize-3", "C")
    story.complete("resize-2", "b")
    story.fail("resize-1", "A")
    story.fire("sleep-1")

    assert result_of(story.decide()) == [True, [2, 1, 0]]


@pytest.mark.parametrize(
    "join",
    [
        lambda calls: gather(*calls).result(),
        lambda calls: wait(*calls),
        lambda calls: first(*calls),
        lambda calls: list(finish_order(*calls)),
        lambda calls: gather(gather(*calls[:2]), calls[2], calls[2]).result(),
    ],
    ids=["gather", "wait", "first", "finish_order", "nested"],
)
def test_a_cancelled_line_requests_it_of_all_it_waits_for_and_waits_for_all(join):
    story = Story(make(lambda self: join(three(self))))
    story.decide()
    story.add(e.WorkflowExecutionCancelRequested(external_initiated_event_id=0))
    assert asked(story.decide()) == ["resize-1", "resize-2", "resize-3"]
    story.cancel("resize-1")
    story.cancel("resize-2")
    assert asked(story.decide()) == []
    story.cancel("resize-3")

    assert asked(story.decide()) == ["CancelWorkflowExecution"]


def test_cancelling_a_gather_cancels_its_parts():
    def run(self):
        together = gather(*three(self))
        self.sleep(1).result()
        together.cancel()
        with pytest.raises(TaskCanceled):
            together.result()
        return "canceled"

    story = Story(make(run))
    story.decide()
    story.fire("sleep-1")
    assert asked(story.decide()) == ["resize-1", "resize-2", "resize-3"]
    story.cancel("resize-2")

    assert result_of(story.decide()) == "canceled"
