"""Deciding tasks with executions that stay suspended in memory, in the thread that made them."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from flowy.decider.answers import Stale
from flowy.decider.decide import Load, begin, go_on, no_store, unreplayable
from flowy.decider.execution import Execution
from flowy.decider.parking import park
from flowy.decider.verdict import Verdict
from flowy.errors import UnknownType, UnreadableHistory
from flowy.registry import Registry
from flowy.swf.events import Event
from flowy.swf.tasks import DecisionTask
from flowy.swf.values import ExecutionId
from flowy.worker.kept import Bounds, Kept, Reason
from flowy.worker.memory import resident_bytes
from flowy.worker.post import Reporter
from flowy.worker.remembered import Remembered

_log = structlog.get_logger()

LOOK = 16
"""Decisions between two looks at this process's memory, each a file to read."""

History = Callable[[], list[Event]]
"""Fetches the whole history up to the task; asked for only where the task brings a part of it."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of going on with a kept execution; `events` is what there is by now to replay."""

    verdict: Verdict | Stale
    events: list[Event]


class Decider:
    """Task in, verdict out. Without `bounds` no execution is kept.

    A kept execution goes on if the events fit what it ran last, and nothing else is asked: whether
    our answer arrived is for the history to say. One that does not fit is evicted and replayed.
    """

    def __init__(
        self,
        registry: Registry,
        reporter: Reporter,
        bounds: Bounds | None = None,
        load: Load = no_store,
        resident: Callable[[], int] = resident_bytes,
    ) -> None:
        self.registry = registry
        self._reporter = reporter
        self._load = Remembered(load)
        self._resident = resident
        self._keeps = bounds is not None
        self._kept: Kept[Execution] = Kept(bounds or Bounds(), resident())
        self._decided = 0

    def last(self, execution: ExecutionId) -> int:
        """The DecisionTaskStarted that a kept execution answered last; 0: it is not kept."""
        kept = self._kept.find(execution)
        return kept.last if kept else 0

    def decide(self, task: DecisionTask, history: History) -> Verdict:
        """The verdict on a task; whatever it cost, `trim` afterwards.

        Raises:
            ServiceError: when the history is needed and cannot be had.
        """
        try:
            return self._decide(task, history)
        except UnknownType as error:
            return park(task.events, str(error))
        except UnreadableHistory as error:  # by an older release than the one that wrote it
            return park(task.events, str(error))

    def forget(self, execution: ExecutionId) -> None:
        """Evict an execution whose verdict was not sent, and never will be."""
        kept = self._kept.take(execution)
        if kept is not None:
            self._evict(kept, "parked")

    def trim(self) -> None:
        """Evict what is too much; between two tasks, since code may run at it."""
        for running in self._kept.over_count():
            self._evict(running, "count")
        self._decided += 1
        if self._decided % LOOK == 0:
            for running in self._kept.over_memory(self._resident()):
                self._evict(running, "memory")
        self._reporter.keeps(len(self._kept))

    def close(self) -> None:
        """Evict all."""
        for running in self._kept.all():
            self._evict(running, "leaving")
        self._reporter.keeps(0)

    def _decide(self, task: DecisionTask, history: History) -> Verdict:
        events = task.events
        kept = self._kept.find(task.execution)
        if kept is not None:
            tried = self._go_on(kept, task, history)
            if isinstance(tried.verdict, Verdict):
                self._reporter.looked_up("hit")
                return self._settle(kept, tried.verdict)
            self._reporter.looked_up("stale")
            self._drop(kept, "stale")
            events = tried.events
        elif self._keeps:
            self._reporter.looked_up("miss" if task.previous_started_event_id else "new")
        return self._replay(task, events if is_whole(events) else history())

    def _go_on(self, kept: Execution, task: DecisionTask, history: History) -> Tried:
        """Go on with what the task brings, else with the whole history: it may be turns behind."""
        verdict = go_on(kept, task.events, self._load)
        if isinstance(verdict, Verdict) or is_whole(task.events):
            return Tried(verdict, task.events)
        events = history()
        return Tried(go_on(kept, events, self._load), events)

    def _replay(self, task: DecisionTask, events: list[Event]) -> Verdict:
        running = begin(self.registry, task.execution, task.type)
        verdict = go_on(running, events, self._load)
        if isinstance(verdict, Stale):
            running.evict()
            return unreplayable(verdict, events)
        return self._settle(running, verdict)

    def _settle(self, running: Execution, verdict: Verdict) -> Verdict:
        """Keep an execution, or not: one that closes or cannot go on is of no use."""
        if verdict.parked:
            self._drop(running, "parked")
        elif verdict.closes:
            self._drop(running, "closed")
        elif self._keeps:
            self._kept.take(running.id)
            self._kept.put(running.id, running)
        else:
            running.evict()
        return verdict

    def _drop(self, running: Execution, why: Reason) -> None:
        if self._kept.take(running.id) is not None:
            self._evict(running, why)
        else:
            running.evict()

    def _evict(self, running: Execution, why: Reason) -> None:
        resisted = running.evict()
        if resisted:  # each is memory that only the end of this process frees
            execution = running.id
            _log.warning(
                "workflow code resisted its eviction: it swallows GreenletExit",
                branches=resisted,
                workflow_id=execution.workflow_id,
                run_id=execution.run_id,
            )
        self._reporter.evicted("resisted" if resisted else why)


def is_whole(events: list[Event]) -> bool:
    """Whether events are a history from its beginning, and no window of it."""
    return bool(events) and events[0].id == 1
