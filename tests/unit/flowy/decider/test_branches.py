"""Branches, timers and cancellation."""

import pytest
from story import Story, asked
from workflows import make, result_of

from flowy import TaskError


def test_a_sleep_is_a_timer_and_now_is_the_decisions_time():
    def run(self):
        before = self.now()
        self.sleep(1.5).result()
        return [before.isoformat(), (self.now() - before).total_seconds() > 0]

    story = Story(make(run))
    (timer,) = story.decide().decisions
    assert timer.start_to_fire_timeout == "2"
    at = story.events[2].at
    story.fire("sleep-1")

    assert result_of(story.decide()) == [f"1970-01-01T00:16:40.{at % 1000:03d}000+00:00", True]


def test_a_cancelled_timer_settles_at_once():
    def run(self):
        timer = self.sleep(60)
        timer.cancel()
        with pytest.raises(TaskError):
            timer.result()
        return "went on"

    assert asked(Story(make(run)).decide()) == ["sleep-1", "sleep-1", "CompleteWorkflowExecution"]


def test_branches_run_sequential_code_side_by_side_with_ids_of_their_own():
    def run(self):
        def one(path):
            return self.transcode(self.resize(path).result()).result()

        branches = [self.spawn(one, path) for path in ("a", "b")]
        return [branch.result() for branch in branches]

    story = Story(make(run))
    assert asked(story.decide()) == ["one-1.resize-1", "one-2.resize-1"]
    story.complete("one-2.resize-1", "B")
    assert asked(story.decide()) == ["one-2.transcode-1"]
    story.complete("one-1.resize-1", "A")
    story.complete("one-2.transcode-1", "b!")
    assert asked(story.decide()) == ["one-1.transcode-1"]
    story.complete("one-1.transcode-1", "a!")

    assert result_of(story.decide()) == ["a!", "b!"]


def test_the_end_of_run_cancels_its_branches_and_waits_for_their_clean_up():
    def run(self):
        def watch():
            try:
                self.sleep(1000).result()
            finally:
                self.resize("clean").result()

        self.spawn(watch)
        return self.resize("main").result()

    story = Story(make(run))
    story.decide()
    story.complete("resize-1", "done")
    assert asked(story.decide()) == ["watch-1.sleep-1", "watch-1.resize-1"]
    story.complete("watch-1.resize-1")

    assert result_of(story.decide()) == "done"
