"""Token buckets: how often something may happen."""

from msgspec import Struct

from flowy.engine.core.settings import Rate, Settings


class Bucket(Struct, frozen=True):
    """`held` in thousandths of a token, as they were at `at` (milliseconds)."""

    held: int
    at: int


def draw(bucket: Bucket | None, rate: Rate, now: int) -> Bucket | None:
    """Take one token; None if there is none. A bucket that nobody has touched (None) is full."""
    most = rate.size * 1_000
    held = most
    if bucket is not None:
        held = min(most, bucket.held + (now - bucket.at) * rate.per_second)
    return Bucket(held - 1_000, now) if held >= 1_000 else None


class Buckets:
    """The buckets of one engine: by decision type, and by task list. A restart fills them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._buckets: dict[str, Bucket] = {}

    def allows(self, decision_type: str, now: int) -> bool:
        """Whether one more decision of a type may be carried out now; if so, it is counted."""
        return self._draw(decision_type, self._settings.rates.get(decision_type), now)

    def allows_task(self, domain: str, task_list: str, now: int) -> bool:
        """The same for one more activity on a task list."""
        # No name of a domain or list holds a slash.
        return self._draw(f"{domain}/{task_list}", self._settings.task_list_rate, now)

    def _draw(self, name: str, rate: Rate | None, now: int) -> bool:
        if rate is None:
            return True
        left = draw(self._buckets.get(name), rate, now)
        if left is not None:
            self._buckets[name] = left
        return left is not None
