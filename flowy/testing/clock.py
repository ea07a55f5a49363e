"""The virtual clock: time stands still until the environment moves it."""

from datetime import UTC, datetime

START = datetime(2026, 1, 1, tzinfo=UTC)
"""When an environment's time begins, unless it is told otherwise: the same in each test run."""


class VirtualClock:
    """Milliseconds since the epoch that pass when somebody says so (`flowy.engine.clock.Clock`)."""

    def __init__(self, start: datetime = START) -> None:
        aware = start if start.tzinfo else start.replace(tzinfo=UTC)
        self._now = round(aware.timestamp() * 1000)

    def now(self) -> int:
        return self._now

    def move(self, to: int) -> None:
        """Make it `to`; a moment that has passed changes nothing."""
        self._now = max(self._now, to)
