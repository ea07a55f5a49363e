"""When a worker has had its fill of tasks, or of memory, and leaves between two polls."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from flowy.worker.memory import resident_bytes

SPREAD = 0.1
"""Workers that started together shall not leave together."""

Release = Callable[[], object]
"""Has the worker's poll in flight answered empty, where SWF can do that."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The limits of one worker; None: no limit. `max_memory` in bytes of resident memory."""

    max_tasks: int | None
    max_memory: int | None

    def is_full(self, tasks: int) -> bool:
        """Whether the worker leaves now; asked after each task."""
        if self.max_tasks is not None and tasks >= self.max_tasks:
            return True
        return self.max_memory is not None and resident_bytes() > self.max_memory


def drawn(max_tasks: int | None, max_memory: int | None, seed: int) -> Rule:
    """The rule of one worker: its number of tasks is drawn once, ±10 % (a limit of 1 stays 1)."""
    if max_tasks is None:
        return Rule(None, max_memory)
    roll = Random(seed).uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311 — no secret
    return Rule(max(round(max_tasks * roll), 1), max_memory)
