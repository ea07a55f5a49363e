"""The hub that executions of one thread share: nothing of one is left in it for the next."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest
from greenlet import getcurrent, greenlet
from story import RUN, Story
from workflows import make

from flowy.decider import Decided, Execution
from flowy.decider.opening import Opening

seen = ContextVar("seen", default="nothing")


def hub_of(opening):
    return opening.enter(getcurrent)


def lives_of_a_hub():
    """Whether two executions share one, it outlives the first of them, and the second."""
    one, other = Opening(), Opening()
    hub = weakref.ref(hub_of(one))
    shared = hub_of(other) is hub()
    one.close()
    outlives = hub_of(other) is hub()
    other.close()
    return shared, outlives, hub() is not None


def test_one_hub_serves_all_executions_of_a_thread_and_ends_with_the_last():
    with ThreadPoolExecutor(1) as fresh:  # in this one suspended executions may be left
        assert fresh.submit(lives_of_a_hub).result() == (True, True, False)


def test_an_idle_hub_keeps_no_execution_alive():
    codes = weakref.WeakSet()

    def run(self):
        codes.add(self)
        self.resize("a").result()

    story = Story(make(run))
    story.poll()
    execution = Execution(story.registry.workflow(story.type), RUN, story.registry)
    assert isinstance(execution.activate(story.events), Decided)
    assert len(codes) == 1
    execution.evict()
    del execution
    gc.collect()
    assert not codes


def test_context_variables_that_one_execution_set_are_unset_for_the_next():
    one = Opening()
    one.enter(lambda: seen.set("left behind"))
    assert Opening().enter(seen.get) == "nothing"


def test_a_hub_that_waits_for_a_text_is_nobody_elses():
    waiting = Opening()
    hub_of(waiting)
    told = waiting.enter(lambda: waiting._door.switch("wanted") or "went on")
    assert told == "wanted"
    mine = waiting._hub
    assert hub_of(Opening()) is not mine
    waiting.close()
    assert mine.dead


def test_an_error_of_ours_ends_its_hub_and_reaches_the_caller():
    def fail():
        raise LookupError("a bug")

    opening = Opening()
    with pytest.raises(LookupError, match="a bug"):
        opening.enter(fail)
    assert isinstance(hub_of(opening), greenlet)
