"""Faults of ours at the top of the supervisor's loop: one is survived, many are not. Pure.

A supervisor that goes on keeps its workers at work; one that fails again and again does not know
any more what it supervises, and systemd's restart is the better cure.
"""

from dataclasses import dataclass

MOST = 5
WINDOW_MS = 60_000
EX_SOFTWARE = 70
"""sysexits.h: an internal fault."""


@dataclass(frozen=True, slots=True)
class Mishaps:
    """How many there were, and when the latest ones were."""

    total: int = 0
    recent: tuple[int, ...] = ()

    @property
    def too_many(self) -> bool:
        """Whether it is time to give up."""
        return len(self.recent) >= MOST


def another(before: Mishaps, now: int) -> Mishaps:
    """One more, at `now`."""
    recent = [at for at in before.recent if now - at < WINDOW_MS]
    return Mishaps(before.total + 1, (*recent, now))
