"""The memory of flowyd's own deciders, small: who is least recently used goes."""

from collections import Counter
from collections.abc import Sequence
from random import Random

from simulator.code import REGISTRY

from flowy.decider import Verdict
from flowy.engine.core.execution import Execution as Run
from flowy.swf.events import Event
from flowy.swf.tasks import DecisionTask
from flowy.worker.deciding import Decider
from flowy.worker.kept import Bounds, Reason
from flowy.worker.post import LookedUp, Silent

COUNT = 2
"""Executions that it keeps: a family has more."""


class Counting(Silent):
    """A reporter that counts hits, misses and evictions."""

    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts

    def looked_up(self, result: LookedUp) -> None:
        self._counts[f"worker: {result}"] += 1

    def evicted(self, why: Reason) -> None:
        self._counts[f"worker evicts: {why}"] += 1


class Worker:
    """One decider process; a task brings it a window of the history or all of it."""

    def __init__(self, luck: Random, counts: Counter[str]) -> None:
        self._luck = luck
        self._reporter = Counting(counts)
        self._decider = self._begin()

    def decide(self, run: Run, events: Sequence[Event]) -> Verdict:
        previous = run.previous_started
        windowed = previous and self._luck.random() < 0.7
        task = DecisionTask(
            token="",
            execution=run.id,
            type=run.started.workflow_type,
            started_event_id=events[-1].id,
            previous_started_event_id=previous,
            events=list(events[previous - 1 :] if windowed else events),
        )
        try:
            return self._decider.decide(task, lambda: list(events))
        finally:
            self._decider.trim()

    def restart(self) -> None:
        """The process goes and another one comes."""
        self.close()
        self._decider = self._begin()

    def close(self) -> None:
        self._decider.close()

    def _begin(self) -> Decider:
        return Decider(REGISTRY, self._reporter, Bounds(count=COUNT), resident=lambda: 0)
