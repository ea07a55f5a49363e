"""The engine's clock: it follows the machine's, but never goes back."""

import time
from typing import Protocol


class Clock(Protocol):
    """Where the engine's time comes from; tests give one that moves when they say so."""

    def now(self) -> int:
        """Milliseconds since the epoch; never less than at any earlier call."""


class EngineClock:
    """Milliseconds since the epoch: the wall clock at the start plus what has passed since.

    `floor` is the last time that an earlier engine gave to an event of the same file.
    """

    def __init__(self, floor: int = 0) -> None:
        self._offset = time.time_ns() - time.monotonic_ns()
        self._last = floor

    def now(self) -> int:
        """The time; equal or later than at any earlier call."""
        self._last = max(self._last, (time.monotonic_ns() + self._offset) // 1_000_000)
        return self._last
