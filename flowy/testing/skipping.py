"""Time skipping: whatever can happen happens, then the clock jumps to the next moment."""

import math
from collections.abc import Callable

from flowy.testing.clock import VirtualClock
from flowy.testing.crew import Crew
from flowy.testing.loop import Loop
from flowy.testing.memory import MemoryEngine


class Skipper:
    """Moves the clock of an engine, its workers and whoever waits."""

    def __init__(self, clock: VirtualClock, engine: MemoryEngine, loop: Loop, crew: Crew) -> None:
        self._clock = clock
        self._engine = engine
        self._loop = loop
        self._crew = crew

    def until(self, done: Callable[[], bool], limit: float) -> bool:
        """Let things happen until `done`, or until the clock stands at `limit`; whether done.

        `limit` is in milliseconds since the epoch, perhaps infinite; without a limit and without
        anything left that could happen it returns, too.
        """
        while True:
            self._settle()
            if done():
                return True
            at = self._next_at()
            if at is None or at > limit:
                if limit != math.inf:
                    self._clock.move(math.ceil(limit))
                return False
            self._clock.move(at)

    def _next_at(self) -> int | None:
        moments = (self._engine.next_deadline(), self._loop.next_at())
        return min((moment for moment in moments if moment is not None), default=None)

    def _settle(self) -> None:
        """Let all happen that needs no time."""
        self._engine.flush()
        while self._loop.run_due() or self._crew.hire():
            self._engine.flush()
