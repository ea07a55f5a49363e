"""How long the workers of a pool wait before each poll, when polls are throttled or fail. Pure.

A worker sees its own failures only; fifty of them that back off each by itself still ask fifty
times. What one meets holds for its pool: the delay doubles while it goes on, at most once a second
whoever complains, and halves again with each quiet spell as long as itself.
"""

from dataclasses import dataclass, replace

STEP_MS = 1_000
THROTTLED_MS = (500, 60_000)
FAILED_MS = (500, 30_000)
LOCAL_MS = (50, 250)
"""First and longest. The engine on this host is back within a second: see `services.LONGEST`."""
MOST_STEPS = 12
GOLDEN = 0.618034
"""Its multiples spread evenly, so neighbours never wait for the same time."""


@dataclass(frozen=True, slots=True)
class Pace:
    """`steps` doublings (0: no delay), since `changed_at`; `throttled` says what for."""

    steps: int = 0
    changed_at: int = 0
    throttled: bool = False


def complain(pace: Pace, *, throttled: bool, now: int) -> Pace:
    """Polls were refused, or failed."""
    throttled = throttled or (pace.throttled and pace.steps > 0)
    if pace.steps and now < pace.changed_at + STEP_MS:
        return replace(pace, throttled=throttled)
    return Pace(min(pace.steps + 1, MOST_STEPS), now, throttled)


def cool(pace: Pace, now: int, *, local: bool) -> Pace:
    """Time has passed."""
    if pace.steps == 0 or now < pace.changed_at + STEP_MS + delay(pace, local=local):
        return pace
    return replace(pace, steps=pace.steps - 1, changed_at=now)


def delay(pace: Pace, *, local: bool) -> int:
    """The longest wait of a worker, in milliseconds; `local` is SWF's stand-in on this host."""
    if pace.steps == 0:
        return 0
    first, longest = THROTTLED_MS if pace.throttled else LOCAL_MS if local else FAILED_MS
    return int(min(first << (pace.steps - 1), longest))


def spread(delay_ms: int, slot: int, roll: float) -> int:
    """One worker's share of its pool's delay: from half of it to all, another for each slot."""
    return round(delay_ms * (0.5 + 0.5 * ((roll + slot * GOLDEN) % 1.0)))
