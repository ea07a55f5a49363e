"""Cancellation: once in each branch, after the end of what it waits for; shields; clean-up."""

import json

import pytest
from story import Story, asked
from workflows import make, result_of

from flowy import ActivityProxy, Canceled, TaskCanceled
from flowy.swf import decisions as d
from flowy.swf import events as e


def request_cancel(story):
    story.add(e.WorkflowExecutionCancelRequested(external_initiated_event_id=0))


def kinds(verdict):
    return [decision.type for decision in verdict.decisions]


def test_an_awaited_activity_is_cancelled_first_and_its_outcome_awaited():
    story = Story(make(lambda self: self.resize("a").result()))
    story.decide()
    request_cancel(story)
    assert story.decide().decisions == (d.RequestCancelActivityTask(activity_id="resize-1"),)
    story.cancel("resize-1")

    assert story.decide().decisions == (d.CancelWorkflowExecution(),)


def test_canceled_is_raised_even_if_the_activity_completes_in_spite_of_the_request():
    story = Story(make(lambda self: self.resize("a").result()))
    story.decide()
    request_cancel(story)
    story.decide()
    story.complete("resize-1", "too late")

    assert kinds(story.decide()) == ["CancelWorkflowExecution"]


def test_an_awaited_timer_is_cancelled_at_once():
    story = Story(make(lambda self: self.sleep(60).result()))
    story.decide()
    request_cancel(story)

    assert kinds(story.decide()) == ["CancelTimer", "CancelWorkflowExecution"]


def test_each_branch_is_told_once_the_youngest_first_and_the_main_line_last():
    def run(self):
        told = []

        def watch(name):
            try:
                self.sleep(60).result()
            except Canceled:
                told.append(name)

        branches = [self.spawn(watch, name) for name in ("first", "second", "third")]
        try:
            self.sleep(600).result()
        except Canceled:
            told.append("main")
        return [branch.result() for branch in branches] and told

    story = Story(make(run))
    story.decide()
    request_cancel(story)
    request_cancel(story)

    close = story.decide().decisions[-1]
    assert json.loads(close.result) == ["third", "second", "first", "main"]


def test_a_main_line_that_waits_for_a_branch_is_told_after_the_branch_has_ended():
    def run(self):
        def work():
            try:
                self.resize("a").result()
            finally:
                self.transcode("clean up").result()

        self.spawn(work).result()

    story = Story(make(run))
    story.decide()
    request_cancel(story)
    assert asked(story.decide()) == ["work-1.resize-1"]
    story.cancel("work-1.resize-1")
    assert asked(story.decide()) == ["work-1.transcode-1"]
    story.complete("work-1.transcode-1")

    assert kinds(story.decide()) == ["CancelWorkflowExecution"]


def test_a_caught_cancellation_lets_the_execution_go_on_and_clean_up_simply_waits():
    def run(self):
        try:
            self.resize("a").result()
        except Canceled:
            return self.transcode("cleaned up").result()

    story = Story(make(run))
    story.decide()
    request_cancel(story)
    story.decide()
    story.cancel("resize-1")
    assert asked(story.decide()) == ["transcode-1"]
    request_cancel(story)
    assert asked(story.decide()) == []
    story.complete("transcode-1", "bye")

    assert result_of(story.decide()) == "bye"


def test_except_exception_does_not_swallow_a_cancellation():
    def run(self):
        try:
            self.sleep(9).result()
        except Exception:  # noqa: BLE001  # what workflow code often writes
            return "swallowed"

    story = Story(make(run))
    story.decide()
    request_cancel(story)

    assert kinds(story.decide())[-1] == "CancelWorkflowExecution"


def test_a_shield_keeps_the_cancellation_for_the_first_wait_after_it():
    def run(self):
        with self.shielded():
            self.resize("a").result()
            self.resize("b").result()
        return self.transcode("c").result()

    story = Story(make(run))
    story.decide()
    request_cancel(story)
    assert asked(story.decide()) == []
    story.complete("resize-1")
    assert asked(story.decide()) == ["resize-2"]
    story.complete("resize-2")
    assert kinds(story.decide()) == ["ScheduleActivityTask", "RequestCancelActivityTask"]
    story.cancel("transcode-1")

    assert kinds(story.decide()) == ["CancelWorkflowExecution"]


def test_nothing_is_cancelled_after_a_shield_without_another_wait():
    def run(self):
        with self.shielded():
            self.resize("a").result()
        return "done"

    story = Story(make(run))
    story.decide()
    request_cancel(story)
    story.decide()
    story.complete("resize-1")

    assert result_of(story.decide()) == "done"


def test_branches_spawned_in_a_shield_are_shielded_until_its_end():
    def run(self):
        with self.shielded():
            inside = self.spawn(lambda: self.resize("a").result())
            outlives = self.spawn(lambda: self.sleep(1000).result())
            inside.result()
        return outlives.result()

    story = Story(make(run))
    story.decide()
    request_cancel(story)
    assert asked(story.decide()) == []
    story.complete("lambda-1.resize-1")

    assert kinds(story.decide()) == ["CancelTimer", "CancelWorkflowExecution"]


def test_details_of_canceled_are_recorded_with_the_close():
    def run(self):
        try:
            self.sleep(60).result()
        except Canceled:
            raise Canceled({"uploaded": 3}) from None

    story = Story(make(run))
    story.decide()
    request_cancel(story)

    assert story.decide().decisions[-1] == d.CancelWorkflowExecution(details='{"uploaded":3}')


def test_no_attempt_follows_once_a_cancellation_was_asked():
    story = Story(make(lambda self: self.resize("a").result()))  # retry=1, delay=7
    story.decide()
    request_cancel(story)
    story.decide()
    story.fail("resize-1")

    assert kinds(story.decide()) == ["CancelWorkflowExecution"]


def test_a_call_that_waits_for_its_next_attempt_is_cancelled_with_its_timer():
    story = Story(make(lambda self: self.resize("a").result()))
    story.decide()
    story.fail("resize-1")
    assert asked(story.decide()) == ["resize-1~2"]
    request_cancel(story)

    verdict = story.decide()
    assert verdict.decisions == (d.CancelTimer(timer_id="resize-1~2"), d.CancelWorkflowExecution())


def test_a_call_made_and_cancelled_in_one_turn_is_never_withdrawn():
    def run(self):
        call = self.resize("a")
        call.cancel()
        with pytest.raises(TaskCanceled):
            call.result()
        return "went on"

    story = Story(make(run))
    assert kinds(story.decide()) == ["ScheduleActivityTask", "RequestCancelActivityTask"]
    story.cancel("resize-1")

    assert result_of(story.decide()) == "went on"


def test_cancelling_a_branch_interrupts_it_and_nobody_else():
    def run(self):
        def work():
            self.resize("a").result()

        branch, other = self.spawn(work), self.spawn(work)
        self.sleep(5).result()
        branch.cancel()
        with pytest.raises(TaskCanceled):
            branch.result()
        return other.result()

    story = Story(make(run))
    story.decide()
    story.fire("sleep-1")
    assert asked(story.decide()) == ["work-1.resize-1"]
    story.cancel("work-1.resize-1")
    assert asked(story.decide()) == []
    story.complete("work-2.resize-1")

    assert result_of(story.decide()) is None


def test_branches_that_wait_for_each_other_end_when_they_are_cancelled():
    def run(self):
        both = []
        both.append(self.spawn(lambda: [both[1].result()]))
        both.append(self.spawn(lambda: [both[0].result()]))
        return both[0].result()

    story = Story(make(run))
    story.decide()
    request_cancel(story)

    assert kinds(story.decide()) == ["CancelWorkflowExecution"]


def test_calls_that_swf_drops_at_the_close_are_told_by_name():
    def run(self):
        self.sleep(1000)
        self.resize("fire and forget")
        return self.transcode("b").result()

    story = Story(make(run))
    story.decide()
    story.complete("transcode-1")

    (warning,) = story.decide().warnings
    assert warning == "still open at the close, so that SWF drops them: resize-1"


def test_an_activity_that_did_not_begin_for_want_of_arguments_is_cancelled_at_once():
    story = Story(
        make(
            lambda self: self.transcode(self.later(5)).result(),
            later=ActivityProxy("Later", 1),
        )
    )
    story.decide()
    request_cancel(story)

    assert kinds(story.decide()) == ["CancelWorkflowExecution"]
