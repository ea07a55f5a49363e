"""Whether and when a failed attempt is tried again: a pure policy with budgets.

*Not begun* (it came to a draining worker, or one that lacks its type, or SWF's limits refused it)
is free and without end. *Begun and cut* (the worker died or was stopped) spends `lost`. Any other
failure spends one of the attempts, and of the budget of its own kind if it has one.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from flowy import forms
from flowy.errors import TaskError, TaskFailed, TaskLost, TaskNotScheduled, TaskTimedOut
from flowy.options import BUDGETS, UNSET, Options, Retry, seconds
from flowy.swf import limits

NOT_BEGUN = (forms.NOT_BEGUN, forms.UNKNOWN_TYPE)
LONGEST_FREE_DELAY = 60
"""Seconds. A type that no worker knows is tried each minute until a worker with it comes."""
FREE_JITTER = 0.5
"""Of the wait after SWF's limits refused a task: those that were refused together come apart."""


@dataclass(frozen=True, slots=True)
class Spent:
    """How many attempts of a task ended in each kind of failure."""

    failed: int = 0
    start_to_close: int = 0
    schedule_to_start: int = 0
    schedule_to_close: int = 0
    heartbeat: int = 0
    lost: int = 0
    free: int = 0

    @property
    def tried(self) -> int:
        """How many attempts failed or timed out."""
        timed_out = self.start_to_close + self.schedule_to_start + self.schedule_to_close
        return self.failed + timed_out + self.heartbeat

    @property
    def attempts(self) -> int:
        """How many attempts have ended."""
        return self.tried + self.lost + self.free


NOTHING = Spent()
"""No attempt has ended."""


@dataclass(frozen=True, slots=True)
class Again:
    """Try again after `delay` seconds."""

    delay: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The failure stands."""


def policy(options: Options) -> Retry:
    """The policy that the options of a call mean; what they leave open is none."""
    lost = 0 if options.lost is UNSET else options.lost
    if isinstance(options.retry, Retry):
        given = options.retry
        return given if given.lost is not None else replace(given, lost=lost)
    retry = 0 if options.retry is UNSET else options.retry
    delay = 0 if options.delay is UNSET else options.delay
    return Retry(
        attempts=retry + 1, delay=delay, factor=1, maximum=limits.YEAR, jitter=0, lost=lost
    )


def kind_of(error: TaskError) -> str:
    """The field of `Spent` that a failure counts in; empty for what is no failure of an attempt."""
    match error:
        case TaskFailed() if error.remote_type in NOT_BEGUN:
            return "free"
        case TaskFailed():
            return "failed"
        case TaskTimedOut():
            kind = error.kind.lower()
            return kind if kind in BUDGETS else "start_to_close"
        case TaskLost():
            return "lost"
        case TaskNotScheduled() if is_limit(error.cause):
            return "free"
        case _:
            return ""


def is_limit(cause: str) -> bool:
    """Whether SWF refused a decision for a limit that a wait helps against.

    None helps against too many open timers: the wait would be one more of them.
    """
    if cause == "OPEN_TIMERS_LIMIT_EXCEEDED":
        return False
    return cause.endswith("_RATE_EXCEEDED") or (
        cause.startswith("OPEN_") and cause.endswith("_LIMIT_EXCEEDED")
    )


def charge(spent: Spent, error: TaskError) -> Spent:
    """The count after one more failure."""
    kind = kind_of(error)
    return replace(spent, **{kind: getattr(spent, kind) + 1}) if kind else spent


def next_attempt(policy: Retry, spent: Spent, error: TaskError, luck: float = 0) -> Again | GiveUp:
    """What follows this failure, which `spent` counts already; `luck` is from 0 to below 1.

    Cancellations, and refusals for other reasons than a limit, are not failures of an attempt:
    they are never tried again.
    """
    kind = kind_of(error)
    if kind == "free":
        jitter = FREE_JITTER if isinstance(error, TaskNotScheduled) else 0
        return Again(growing(spent.free, (1, 2, LONGEST_FREE_DELAY)) * (1 - jitter * luck))
    if not kind or is_final(policy, error):
        return GiveUp()
    budget = getattr(policy, kind)
    if budget is not None and getattr(spent, kind) > budget:
        return GiveUp()
    if kind == "lost":
        return Again(0)
    if spent.tried >= policy.attempts:
        return GiveUp()
    times = (given(policy.delay), policy.factor, given(policy.maximum))
    return Again(growing(spent.tried, times) * (1 - policy.jitter * luck))


def growing(number: int, times: tuple[float, float, float]) -> float:
    """The wait after so many failures: first, factor and maximum are given."""
    first, factor, maximum = times
    try:
        return min(first * factor ** (number - 1), maximum)
    except OverflowError:  # after hundreds of attempts
        return maximum


def given(time: float | timedelta | None) -> float:
    """A time of the policy in seconds; it is never None, `Retry` sees to that."""
    return 0 if time is None else seconds(time)


def is_final(policy: Retry, error: TaskError) -> bool:
    """Whether the policy names the error as one that is never tried again."""
    remote = error.remote_type if isinstance(error, TaskFailed) else ""
    return any(
        names(one, remote) or (isinstance(one, type) and isinstance(error, one))
        for one in policy.never
    )


def names(one: str | type[BaseException], remote: str) -> bool:
    """Whether a class, its whole name or its bare one names the remote type."""
    if isinstance(one, type):
        return forms.type_name(one) == remote
    return one in (remote, remote.rpartition(".")[2])
