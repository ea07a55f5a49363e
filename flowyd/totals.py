"""What a worker counts since it was spawned, and how such counts are added. Pure.

A worker sends all its totals each time, so that a lost message loses nothing.
"""

from bisect import bisect_left
from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

POLL_BOUNDS = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 75.0)
"""Seconds; an empty poll lasts 60."""
TASK_BOUNDS = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 3600.0)

LAG_BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""How much later than it was due a heartbeat arrived, and a death was reported."""


class Histogram(Struct):
    """Observations in buckets (the last one has no bound), and their sum in seconds."""

    counts: list[int]
    sum: float = 0.0

    def observe(self, bounds: tuple[float, ...], seconds: float) -> None:
        """Count one observation."""
        self.counts[bisect_left(bounds, seconds)] += 1
        self.sum += seconds


def no_polls() -> Histogram:
    """An empty histogram of polls."""
    return Histogram([0] * (len(POLL_BOUNDS) + 1))


def no_tasks() -> Histogram:
    """An empty histogram of tasks."""
    return Histogram([0] * (len(TASK_BOUNDS) + 1))


def no_lags() -> Histogram:
    """An empty histogram of delays."""
    return Histogram([0] * (len(LAG_BOUNDS) + 1))


class Totals(Struct):
    """Polls by result, tasks by outcome, and how long they took.

    Of deciders also the executions that were looked for in memory by what was found, those that
    were evicted by reason, how many are `kept` now and how many are `parked` now.
    """

    polls: dict[str, int] = field(default_factory=dict)
    poll_seconds: Histogram = field(default_factory=no_polls)
    tasks: dict[str, int] = field(default_factory=dict)
    task_seconds: Histogram = field(default_factory=no_tasks)
    lookups: dict[str, int] = field(default_factory=dict)
    evictions: dict[str, int] = field(default_factory=dict)
    kept: int = 0
    parked: int = 0

    def polled(self, result: str, seconds: float) -> None:
        """Count a poll."""
        self.polls[result] = self.polls.get(result, 0) + 1
        self.poll_seconds.observe(POLL_BOUNDS, seconds)

    def ended(self, outcome: str, seconds: float) -> None:
        """Count a task."""
        self.tasks[outcome] = self.tasks.get(outcome, 0) + 1
        self.task_seconds.observe(TASK_BOUNDS, seconds)

    def looked_up(self, result: str) -> None:
        """Count a look for a kept execution."""
        self.lookups[result] = self.lookups.get(result, 0) + 1

    def evicted(self, why: str) -> None:
        """Count an eviction."""
        self.evictions[why] = self.evictions.get(why, 0) + 1

    @property
    def tasks_ended(self) -> int:
        """All tasks."""
        return sum(self.tasks.values())


def add(one: Totals, other: Totals) -> Totals:
    """The sum of two."""
    return Totals(
        add_counts(one.polls, other.polls),
        add_histograms(one.poll_seconds, other.poll_seconds),
        add_counts(one.tasks, other.tasks),
        add_histograms(one.task_seconds, other.task_seconds),
        add_counts(one.lookups, other.lookups),
        add_counts(one.evictions, other.evictions),
        one.kept + other.kept,
        one.parked + other.parked,
    )


class CourierTotals(Struct):
    """Heartbeats and reports of lost workers, by how they ended, and how late they were."""

    heartbeats: dict[str, int] = field(default_factory=dict)
    heartbeat_lag: Histogram = field(default_factory=no_lags)
    reports: dict[str, int] = field(default_factory=dict)

    def sent(self, result: str, lag: float) -> None:
        """Count a heartbeat that was so many seconds late."""
        self.heartbeats[result] = self.heartbeats.get(result, 0) + 1
        if result != "error":
            self.heartbeat_lag.observe(LAG_BOUNDS, lag)

    def reported(self, told: str) -> None:
        """Count a report."""
        self.reports[told] = self.reports.get(told, 0) + 1


def add_couriers(one: CourierTotals, other: CourierTotals) -> CourierTotals:
    """The sum of two."""
    return CourierTotals(
        add_counts(one.heartbeats, other.heartbeats),
        add_histograms(one.heartbeat_lag, other.heartbeat_lag),
        add_counts(one.reports, other.reports),
    )


def gone(totals: Totals) -> Totals:
    """What stays of the totals of a worker that is gone: it keeps nothing any more."""
    return replace(totals, kept=0, parked=0)


def add_counts(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """The sum, key by key."""
    return {key: one.get(key, 0) + other.get(key, 0) for key in sorted({*one, *other})}


def add_histograms(one: Histogram, other: Histogram) -> Histogram:
    """The sum, bucket by bucket."""
    counts = [a + b for a, b in zip(one.counts, other.counts, strict=True)]
    return Histogram(counts, one.sum + other.sum)
