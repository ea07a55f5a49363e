"""Branches, timers and cancellation."""

from contextvars import ContextVar

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


def test_branches_spawn_branches_and_inherit_the_options_in_force():
    def run(self):
        def inner(path):
            return self.resize(path).result()

        def outer(path):
            with self.options(start_to_close=5):
                nested = self.spawn(inner, path)
            return nested.result()

        with self.options(priority=4):
            branch = self.spawn(outer, "a")
        plain = self.resize("b")
        return [branch.result(), plain.result()]

    story = Story(make(run))
    plain, nested = story.decide().decisions
    assert (plain.activity_id, plain.task_priority) == ("resize-1", None)
    assert nested.activity_id == "outer-1.inner-1.resize-1"
    assert (nested.task_priority, nested.start_to_close_timeout) == ("4", "5")
    story.complete("outer-1.inner-1.resize-1", 1)
    story.complete("resize-1", 2)

    assert result_of(story.decide()) == [1, 2]


def test_an_error_in_a_branch_is_raised_where_its_result_is_wanted_and_nowhere_else():
    def run(self):
        def broken():
            self.sleep(1).result()
            raise LookupError("in the branch")

        branch, other = self.spawn(broken), self.spawn(lambda: self.resize("a").result())
        good = other.result()
        with pytest.raises(LookupError, match="in the branch"):
            branch.result()
        return good

    story = Story(make(run))
    story.decide()
    story.fire("broken-1.sleep-1")
    assert asked(story.decide()) == []
    story.complete("lambda-1.resize-1", "fine")
    verdict = story.decide()

    assert result_of(verdict) == "fine"
    assert verdict.warnings == ()


def test_a_branch_that_fails_unseen_is_a_warning():
    def run(self):
        def broken():
            raise LookupError("in the branch")

        self.spawn(broken)
        self.sleep(1).result()

    story = Story(make(run))
    story.decide()
    story.fire("sleep-1")

    (warning,) = story.decide().warnings
    assert "broken-1" in warning


def test_a_hundred_items_go_through_sequential_code_each_at_its_own_pace():
    def run(self):
        def one(number):
            return self.transcode(self.resize(number).result()).result()

        return [branch.result() for branch in [self.spawn(one, n) for n in range(100)]]

    story = Story(make(run))
    assert len(story.decide().decisions) == 100
    for number in range(100, 0, -1):
        story.complete(f"one-{number}.resize-1", number)
        assert asked(story.decide()) == [f"one-{number}.transcode-1"]
    for number in range(1, 101):
        story.complete(f"one-{number}.transcode-1", number)

    assert result_of(story.decide()) == list(range(1, 101))


def test_a_branch_sees_the_context_variables_of_its_spawn_and_leaks_none():
    name = ContextVar("name", default="nobody")

    def run(self):
        def branch():
            seen = name.get()
            name.set("branch")
            self.sleep(1).result()
            return [seen, name.get()]

        name.set("run")
        spawned = self.spawn(branch)
        name.set("after the spawn")
        return [*spawned.result(), name.get()]

    story = Story(make(run))
    story.decide()
    story.fire("branch-1.sleep-1")

    assert result_of(story.decide()) == ["run", "branch", "after the spawn"]
    assert name.get() == "nobody"
