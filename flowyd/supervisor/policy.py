"""How long to wait before a restart, when to give up, and what an exit was. Pure.

The numbers' precedents: nobody resets a counter well by "it lived for a second" (supervisord
restarts for ever, uvicorn imports thirty times in eight seconds), so ours falls by one for each
minute that a worker of the pool was ready.
"""

from dataclasses import dataclass, replace
from typing import assert_never

from flowyd.supervisor.states import (
    Aborting,
    Busy,
    Cutting,
    Draining,
    ExitClass,
    Killing,
    Polling,
    Retiring,
    Starting,
)

START_MS = 60_000
"""A worker, and a zygote, that is not ready by then is not going to be."""
CUT_MS = 15_000
"""From the end of the drain to SIGABRT: time for an activity to see that it shall give up."""
ABORT_MS = 5_000
"""Time for the stacks to be written after SIGABRT."""
HANG_MS = 10_000
"""The same for a worker that hangs."""
OVERTIME_MS = 3_000
"""A task whose start-to-close is over by so much is hung: SWF has given it up."""
FIRST_MS = 500
LONGEST_MS = 60_000
UNBORN_MS = 500
"""Before a worker is asked for again that could not be made: no loop while no process can be."""
COOL_MS = 60_000
JITTER = 0.2
PROBE_MS = 300_000
HOLD_FAILURES = 5
HOLD_WINDOW_MS = 120_000
EX_CONFIG = 78
"""sysexits.h: what a worker exits with when trying again cannot help."""

FAILURES = frozenset(
    {
        ExitClass.START_FAILURE,
        ExitClass.CONFIG,
        ExitClass.CRASH,
        ExitClass.SIGNAL,
        ExitClass.HUNG,
        ExitClass.CUT,
    }
)


@dataclass(frozen=True, slots=True)
class Restarts:
    """What a pool remembers of its failures.

    `failures` sets the delay; `cooled_at` is when it last fell; `starts` are the times of the
    latest start failures since a worker was ready.
    """

    failures: int = 0
    cooled_at: int = 0
    starts: tuple[int, ...] = ()


def delay(failures: int, roll: float, longest: int = LONGEST_MS) -> int:
    """Milliseconds to wait after the nth failure in a row: 0, 0.5 s, 1 s, 2 s … ±20 %.

    `roll` is a number from 0 to 1, drawn once per delay.
    """
    if failures <= 1:
        return 0
    # The exponent is capped: a pool may fail for years.
    plain = min(FIRST_MS << min(failures - 2, 16), longest)
    return round(plain * (1 + JITTER * (2 * roll - 1)))


def fail(restarts: Restarts, kind: ExitClass, now: int) -> Restarts:
    """Count an exit, if it was a failure."""
    if kind not in FAILURES:
        return restarts
    starts = restarts.starts
    if kind in {ExitClass.START_FAILURE, ExitClass.CONFIG}:
        recent = [at for at in starts if now - at < HOLD_WINDOW_MS]
        starts = (*recent, now)
    return replace(restarts, failures=restarts.failures + 1, cooled_at=now, starts=starts)


def ready(restarts: Restarts) -> Restarts:
    """A worker got ready: what came before is no series of start failures any more."""
    return replace(restarts, starts=())


def cool(restarts: Restarts, now: int, any_ready: bool) -> Restarts:
    """Let the counter fall by one per minute with a ready worker."""
    if not any_ready or restarts.failures == 0:
        return replace(restarts, cooled_at=now)
    minutes = (now - restarts.cooled_at) // COOL_MS
    if minutes <= 0:
        return restarts
    left = max(restarts.failures - minutes, 0)
    return replace(restarts, failures=left, cooled_at=restarts.cooled_at + minutes * COOL_MS)


def hopeless(restarts: Restarts, kind: ExitClass, any_ready: bool) -> bool:
    """Whether a pool is to be held: it cannot work as configured, or never gets ready."""
    if kind is ExitClass.CONFIG:
        return True
    return not any_ready and len(restarts.starts) >= HOLD_FAILURES


def is_overdue(until: int, now: int) -> bool:
    """Whether a task that SWF waited for until then (0: there is none) is hung."""
    return until != 0 and now >= until + OVERTIME_MS


def classify(
    state: Starting | Polling | Busy | Retiring | Draining | Cutting | Aborting | Killing, code: int
) -> ExitClass:
    """What an exit was, by what the worker was doing."""
    match state:
        case Starting():
            return ExitClass.CONFIG if code == EX_CONFIG else ExitClass.START_FAILURE
        case Aborting() | Killing():
            return state.kind
        case Retiring() | Draining() if code == 0:
            return ExitClass.RECYCLED if state.recycled else ExitClass.DRAINED
        case Polling() | Busy() | Cutting() if code == 0:
            # It left in order; if its last word got lost, somebody sent it SIGTERM.
            return ExitClass.DRAINED
        case Polling() | Busy() | Retiring() | Draining() | Cutting():
            return ExitClass.SIGNAL if code < 0 else ExitClass.CRASH
        case _:
            assert_never(state)
