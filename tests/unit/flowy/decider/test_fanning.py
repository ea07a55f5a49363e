"""Fan-outs: map and parallel_reduce."""

import functools
import gc
import sys

import pytest
from story import RUN, Story, asked, registry_of
from workflows import make, result_of

from flowy import TaskError, parallel_reduce
from flowy.decider import Execution
from flowy.errors import OptionError
from flowy.registry import definition


def test_map_keeps_so_many_open_and_gives_the_results_in_the_items_order():
    story = Story(make(lambda self: self.map(self.resize, "abcde", at_once=2).result()))
    assert asked(story.decide()) == ["map-1.resize-1", "map-1.resize-2"]
    story.complete("map-1.resize-2", "B")
    assert asked(story.decide()) == ["map-1.resize-3"]
    story.complete("map-1.resize-3", "C")
    story.complete("map-1.resize-1", "A")
    assert asked(story.decide()) == ["map-1.resize-4", "map-1.resize-5"]
    story.complete("map-1.resize-5", "E")
    story.complete("map-1.resize-4", "D")

    assert result_of(story.decide()) == ["A", "B", "C", "D", "E"]


def test_map_runs_a_branch_for_each_item_of_a_function_and_knows_the_options_in_force():
    def run(self):
        def one(path):
            return self.transcode(self.resize(path).result()).result()

        with self.options(priority=7):
            results = self.map(one, ["a", "b"])
        return results.result()

    story = Story(make(run))
    decisions = story.decide().decisions
    assert [task.activity_id for task in decisions] == [
        "map-1.one-1.resize-1",
        "map-1.one-2.resize-1",
    ]
    assert [task.task_priority for task in decisions] == ["7", "7"]


def test_the_first_error_of_a_map_is_its_own_and_starts_nothing_more():
    def run(self):
        with pytest.raises(TaskError):
            self.map(self.transcode, range(9), at_once=2).result()
        return "told"

    story = Story(make(run))
    story.decide()
    story.fail("map-1.transcode-2")
    assert result_of(story.decide()) == "told"


def test_a_map_that_is_cancelled_cancels_what_is_open_and_starts_nothing_more():
    def run(self):
        everything = self.map(self.resize, range(9), at_once=2)
        self.sleep(1).result()
        everything.cancel()
        with pytest.raises(TaskError):
            everything.result()
        return "stopped"

    story = Story(make(run))
    story.decide()
    story.fire("sleep-1")
    assert asked(story.decide()) == ["map-1.resize-1", "map-1.resize-2"]
    story.cancel("map-1.resize-1")
    story.cancel("map-1.resize-2")
    assert result_of(story.decide()) == "stopped"


@pytest.mark.parametrize("at_once", [0, -1])
def test_a_map_that_would_start_nothing_is_refused(at_once):
    def run(self):
        with pytest.raises(OptionError, match="at_once"):
            self.map(self.resize, [1], at_once=at_once)
        return self.map(self.resize, []).result()

    assert result_of(Story(make(run)).decide()) == []


def test_parallel_reduce_combines_the_next_two_that_are_there():
    def run(self):
        parts = [self.resize(name) for name in "abcd"]
        return parallel_reduce(self.transcode, parts).result()

    story = Story(make(run))
    story.decide()
    story.complete("resize-4", "d")
    story.complete("resize-2", "b")
    (pair,) = story.decide().decisions
    assert pair.activity_id == "parallel_reduce-1.transcode-1"
    assert '"args":["d","b"]' in pair.input
    story.complete("resize-1", "a")
    story.complete(pair.activity_id, "db")
    (pair,) = story.decide().decisions
    assert '"args":["a","db"]' in pair.input
    story.complete("resize-3", "c")
    story.complete(pair.activity_id, "adb")
    (pair,) = story.decide().decisions
    assert '"args":["c","adb"]' in pair.input
    story.complete(pair.activity_id, "cadb")

    assert result_of(story.decide()) == "cadb"


def test_parallel_reduce_runs_the_pairs_of_a_function_side_by_side():
    def run(self):
        def add(a, b):
            self.transcode(a).result()
            return a + b

        return parallel_reduce(add, [1, 2, 3, self.resize("x"), 4]).result()

    story = Story(make(run))
    story.decide()
    assert asked(story.decide()) == []
    assert sorted(story.scheduled) == [
        "parallel_reduce-1.add-1.transcode-1",
        "parallel_reduce-1.add-2.transcode-1",
        "resize-1",
    ]


def test_parallel_reduce_of_one_item_is_that_item_and_of_none_an_error():
    def run(self):
        with pytest.raises(ValueError, match="no items"):
            parallel_reduce(self.transcode, [])
        with pytest.raises(OptionError, match=r"functools\.reduce"):
            parallel_reduce(lambda a, b: a + b, [1, 2])
        return [parallel_reduce(self.transcode, [5]), functools.reduce(max, [1, 2])]

    assert result_of(Story(make(run)).decide()) == [5, 2]


def costs_in_a_map_of(cls, size):
    """How many Python calls each of the first items takes, beside those that begin it all."""
    story = Story(cls, size)
    execution = Execution(definition(cls), RUN, registry_of(cls))
    story.run(execution)
    costs = [cost_of(story, execution, number) for number in range(1, size - 10)]
    execution.evict()
    return costs[2:]


def cost_of(story, execution, number):
    story.complete(f"map-1.resize-{number}", number)
    story.poll()
    window, calls = story.events[execution.last - 1 :], 0

    def count(_frame, event, _arg):
        nonlocal calls
        calls += event == "call"

    gc.disable()  # its callbacks are calls too
    sys.setprofile(count)
    try:
        answer = execution.activate(window)
    finally:
        sys.setprofile(None)
        gc.enable()
    assert [task.activity_id for task in answer.decisions] == [f"map-1.resize-{number + 10}"]
    story.answer(answer.decisions)
    return calls


def test_each_item_of_a_map_costs_the_same_number_of_calls_however_many_there_are():
    # One class: options that are equal but not the same take one call more to look up.
    cls = make(lambda self, size: self.map(self.resize, range(size), at_once=10).result())

    assert len({*costs_in_a_map_of(cls, 100), *costs_in_a_map_of(cls, 1_000)}) == 1
