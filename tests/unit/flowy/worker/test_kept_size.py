"""What a suspended execution costs, measured by the memory of this process."""

import gc

from story import Story
from workflows import make

from flowy.decider import Execution
from flowy.swf.values import ExecutionId
from flowy.worker.memory import resident_bytes

COUNT = 2_000
WARM = 500
MOST = 20_000


def test_a_suspended_execution_with_three_open_calls_takes_at_most_20_kb():
    def run(self, path):
        for open_call in [self.resize(path) for _ in range(3)]:
            open_call.result()

    story = Story(make(run), "x" * 100)
    story.poll()
    kept = []
    for number in range(WARM + COUNT):
        execution = ExecutionId("workflow", f"run-{number}")
        running = Execution(story.registry.workflow(story.type), execution, story.registry)
        running.activate(story.events)
        kept.append(running)
        if number == WARM:
            gc.collect()
            before = resident_bytes()
    gc.collect()
    each = (resident_bytes() - before) / COUNT
    for running in kept:
        running.evict()
    assert each <= MOST
