"""Whether and when a failed attempt is tried again: a pure policy over three budgets.

*Not begun* (it came to a draining worker, or one that lacks its type) is free and without end.
*Begun and cut* (the worker died or was stopped) spends `lost`; any other failure spends `retry`.
"""

from dataclasses import dataclass, replace

from flowy import forms
from flowy.errors import TaskError, TaskFailed, TaskLost, TaskTimedOut

NOT_BEGUN = (forms.NOT_BEGUN, forms.UNKNOWN_TYPE)
LONGEST_FREE_DELAY = 60
"""Seconds. A type that no worker knows is tried each minute until a worker with it comes."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How many more attempts each kind of failure may have; `delay` in seconds between them."""

    retry: int = 0
    lost: int = 3
    delay: float = 0


@dataclass(frozen=True, slots=True)
class Spent:
    """How many attempts of a task ended in each kind of failure."""

    retry: int = 0
    lost: int = 0
    free: int = 0

    @property
    def attempts(self) -> int:
        """How many attempts have ended."""
        return self.retry + self.lost + self.free


@dataclass(frozen=True, slots=True)
class Again:
    """Try again after `delay` seconds."""

    delay: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The failure stands."""


def charge(spent: Spent, error: TaskError) -> Spent:
    """The count after one more failure."""
    if isinstance(error, TaskFailed) and error.remote_type in NOT_BEGUN:
        return replace(spent, free=spent.free + 1)
    if isinstance(error, TaskLost):
        return replace(spent, lost=spent.lost + 1)
    return replace(spent, retry=spent.retry + 1)


def next_attempt(budget: Budget, spent: Spent, error: TaskError) -> Again | GiveUp:
    """What follows this failure, which `spent` counts already.

    SWF's refusals and cancellations are not failures of an attempt: they are never tried again.
    """
    match error:
        case TaskFailed() if error.remote_type in NOT_BEGUN:
            return Again(min(2.0 ** (spent.free - 1), LONGEST_FREE_DELAY))
        case TaskLost():
            return Again(0) if spent.lost <= budget.lost else GiveUp()
        case TaskFailed() | TaskTimedOut():
            return Again(budget.delay) if spent.retry <= budget.retry else GiveUp()
        case _:
            return GiveUp()
