"""Evictions: clean-up runs, nothing is left behind, and what resists is given up and counted."""

import gc

import psutil
from greenlet import getcurrent, greenlet
from story import Story
from workflows import make

from flowy.decider import Execution
from flowy.decider.lines import RESISTANCE
from flowy.swf.values import ExecutionId

EVICTIONS = 10_000
WARM = 2_000
GROWTH = 3 * 2**20
"""Bytes; what 10,000 leaked executions would take is about 140 MB."""


def started(story, number):
    """An execution of the story's history, suspended where its code waits."""
    run = ExecutionId("workflow", f"run-{number}")
    execution = Execution(story.registry.workflow(story.type), run, story.registry)
    execution.activate(story.events)
    return execution


def told(run):
    """The story of one decision task."""
    story = Story(make(run))
    story.poll()
    return story


def live_greenlets():
    gc.collect()
    known = (each for each in gc.get_objects() if isinstance(each, greenlet))
    return sum(not each.dead and each is not getcurrent() for each in known)


def test_ten_thousand_evictions_with_clean_up_leave_neither_greenlets_nor_memory():
    cleaned = 0

    def run(self):
        def step(path):
            nonlocal cleaned
            try:
                with self.shielded():
                    self.resize(path).result()
            finally:
                cleaned += 1
                self.transcode("never asked").result()

        branch = self.spawn(step, "b")
        try:
            step("a")
        finally:
            branch.result()

    story = told(run)
    before, process = live_greenlets(), psutil.Process()
    for number in range(EVICTIONS):
        execution = started(story, number)
        assert execution.evict() == 0
        if number == WARM:
            gc.collect()
            resident = process.memory_info().rss

    assert cleaned == 2 * EVICTIONS
    assert live_greenlets() == before
    assert process.memory_info().rss - resident < GROWTH


def test_coroutines_and_branches_that_never_began_are_evicted_too():
    async def run(self):
        async def step():
            async with self.shielded():
                await self.resize("a")

        self.spawn(step)
        await self.spawn(step)

    story = told(run)
    before = live_greenlets()
    for number in range(100):
        assert started(story, number).evict() == 0
    fresh = Execution(story.registry.workflow(story.type), ExecutionId("w", "r"), story.registry)
    fresh.begin(story.events[0].attributes)  # queued, and never run

    assert fresh.evict() == 0
    assert live_greenlets() == before


def test_code_that_resists_gets_fifty_tries_each_and_is_counted():
    tries = {"a": 0, "b": 0}

    def run(self):
        def stubborn(name):
            while True:
                try:
                    self.resize(name).result()
                except BaseException:  # noqa: BLE001  # this code resists on purpose
                    tries[name] += 1

        self.spawn(stubborn, "a")
        stubborn("b")

    execution = started(told(run), 0)
    left = execution.evict()

    assert left == 2
    assert tries == {"a": RESISTANCE + 1, "b": RESISTANCE + 1}
    assert execution.evict() == 0  # they are not met again
    gc.collect()
    assert tries == {"a": RESISTANCE + 1, "b": RESISTANCE + 1}
