"""All the ways of deciding one run, which must say the same: fresh, kept, kept with evictions."""

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

from simulator.outside import OUTSIDE
from simulator.telling import told

from flowy.decider import Decided, Execution, Stale
from flowy.decider.answers import Answer
from flowy.swf.events import Event

Make = Callable[[], Execution]


class Disagreement(AssertionError):
    """Two ways of deciding one task say different things, or one of them cannot decide it."""


class Kept:
    """A suspended execution in one decider's memory."""

    def __init__(self, make: Make, name: str, counts: Counter[str]) -> None:
        self.execution: Execution | None = None
        self._make = make
        self._name = name
        self._counts = counts

    def decide(self, events: Sequence[Event], previous: int) -> Answer:
        """Go on with what is kept where its history allows it, else begin anew."""
        kept = self.execution
        if kept is not None:
            fitting = previous == kept.last
            answer = kept.activate(events[previous - 1 :] if fitting else events)
            if fitting and isinstance(answer, Stale):
                answer = kept.activate(events)
            if not isinstance(answer, Stale):
                self._count("goes on" if fitting else "catches up")
                return answer
            self._count("stale")
            self.evict()
        self.execution = self._make()
        return self.execution.activate(events)

    def evict(self) -> None:
        if self.execution is not None:
            self.execution.evict()
            self.execution = None

    def _count(self, what: str) -> None:
        self._counts[f"{self._name}: {what}"] += 1


class Ways:
    """The deciders of one run; `said` is what was said at each decision task, by its start."""

    def __init__(self, make: Make, luck: Random, counts: Counter[str]) -> None:
        self.said: dict[int, str] = {}
        self.released: dict[int, bool] = {}
        self._make = make
        self._luck = luck
        self._counts = counts
        self._kept = Kept(make, "kept", counts)
        self._moving = Kept(make, "evicted at random", counts)

    def decide(self, events: Sequence[Event], previous: int) -> Decided:
        """Decide the live task in every way.

        Raises:
            Disagreement: with the texts of both sides.
        """
        answer = self.fresh(events)
        expected = told(answer)
        if not isinstance(answer, Decided):
            raise Disagreement(f"a fresh run says {expected}")
        agree("kept", told(self._kept.decide(events, previous)), expected)
        if self._luck.random() < 0.25:
            self._counts["eviction"] += self._moving.execution is not None
            self._moving.evict()
        if self._luck.random() < 0.75:
            agree("evicted", told(self._moving.decide(events, previous)), expected)
        else:
            self._counts["another worker decides"] += 1
        self.said[events[-1].id] = expected
        self.released[events[-1].id] = OUTSIDE.deployed
        return answer

    def fresh(self, events: Sequence[Event]) -> Answer:
        """The answer of an execution that begins anew, and is gone afterwards."""
        execution = self._make()
        try:
            return execution.activate(events)
        finally:
            execution.evict()

    def evict(self) -> None:
        self._kept.evict()
        self._moving.evict()


def agree(way: str, says: str, expected: str) -> None:
    if says != expected:
        raise Disagreement(f"{way} says\n    {says}\nfresh says\n    {expected}")
