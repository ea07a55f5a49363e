"""What the engine counts while it works: plain numbers, so that counting costs next to nothing."""

from bisect import bisect_left
from collections import Counter

from msgspec import Struct, field

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds of the buckets of times; polls are held for up to sixty seconds."""
SIZES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0)


class Distribution:
    """A histogram: `counts` has one place for each bound and one for what lies above them."""

    def __init__(self, bounds: tuple[float, ...] = SECONDS) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Measures(Struct):
    """Counted since the start. `requests` by (operation, result); times in seconds.

    A result is `ok`, a fault's name, `reset` (on purpose) or `gone` (the client did not wait).
    """

    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: dict[str, Distribution] = field(default_factory=dict)
    batches: Distribution = field(default_factory=lambda: Distribution(SIZES))
    lag: Distribution = field(default_factory=Distribution)

    def answered(self, operation: str, result: str, seconds: float) -> None:
        """Count one request that has ended, and how long it took."""
        self.requests[operation, result] += 1
        times = self.seconds.get(operation)
        if times is None:
            times = self.seconds[operation] = Distribution()
        times.add(seconds)
