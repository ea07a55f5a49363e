"""The engine's metrics, as Prometheus reads them at `GET /metrics`. `TABLE` lists them all."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path

from msgspec import Struct
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from flowy.engine.desk import Desk
from flowy.engine.measures import Distribution, Measures

TABLE = {
    "flowy_engine_requests_total": "Requests, by operation and by how they ended",
    "flowy_engine_request_seconds": "Time from a request to its answer; polls include their wait",
    "flowy_engine_held_polls": "Polls that wait for a task",
    "flowy_engine_open_executions": "Open executions of a domain",
    "flowy_engine_backlog": "Tasks that wait on a task list",
    "flowy_engine_database_bytes": "Size of the database file and its log",
    "flowy_engine_commits_total": "Commits to the database",
    "flowy_engine_batch_answers": "Answers that shared one flush",
    "flowy_engine_loop_lag_seconds": "How late the event loop was, sampled each second",
}

_Numbers = Counter[tuple[str, ...]]


class Sources(Struct):
    """Where the numbers come from. `desk` is asked anew, since a failed batch replaces its world.

    `database` is the engine's file, or None if it has none.
    """

    measures: Measures
    desk: Callable[[], Desk]
    database: Path | None


class _Reader(Collector):
    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def collect(self) -> Iterator[Metric]:
        measures = self._sources.measures
        requests: _Numbers = Counter()
        requests.update(measures.requests)
        yield _counter("flowy_engine_requests_total", ["operation", "result"], requests)
        times = _histogram("flowy_engine_request_seconds", ["operation"])
        for operation, seconds in measures.seconds.items():
            _fill(times, [operation], seconds)
        yield times
        for name, distribution in (
            ("flowy_engine_batch_answers", measures.batches),
            ("flowy_engine_loop_lag_seconds", measures.lag),
        ):
            single = _histogram(name, [])
            _fill(single, [], distribution)
            yield single
        yield from _of_desk(self._sources.desk())
        size = GaugeMetricFamily(
            "flowy_engine_database_bytes", TABLE["flowy_engine_database_bytes"]
        )
        size.add_metric([], _bytes(self._sources.database))
        yield size


def _of_desk(desk: Desk) -> Iterator[Metric]:
    polls: _Numbers = Counter({(space,): 0 for space in ("activity", "decision")})
    polls.update((poll.place.space,) for poll in desk.polls.by_time.values())
    yield _gauge("flowy_engine_held_polls", ["kind"], polls)
    executions: _Numbers = Counter({(domain,): n for domain, n in desk.world.open_counts.items()})
    yield _gauge("flowy_engine_open_executions", ["domain"], executions)
    lists = desk.world.lists
    backlog: _Numbers = Counter({tuple(place): lists.count(place) for place in lists.waiting()})
    yield _gauge("flowy_engine_backlog", ["kind", "domain", "task_list"], backlog)
    yield _counter("flowy_engine_commits_total", [], Counter({(): desk.store.commits}))


def _counter(name: str, labels: list[str], numbers: _Numbers) -> Metric:
    family = CounterMetricFamily(name, TABLE[name], labels=labels)
    for values, number in numbers.items():
        family.add_metric(values, number)
    return family


def _gauge(name: str, labels: list[str], numbers: _Numbers) -> Metric:
    family = GaugeMetricFamily(name, TABLE[name], labels=labels)
    for values, number in numbers.items():
        family.add_metric(values, number)
    return family


def _histogram(name: str, labels: list[str]) -> HistogramMetricFamily:
    return HistogramMetricFamily(name, TABLE[name], labels=labels)


def _fill(family: HistogramMetricFamily, labels: list[str], found: Distribution) -> None:
    bounds = [*map(str, found.bounds), "+Inf"]
    buckets = list(zip(bounds, accumulate(found.counts), strict=True))
    family.add_metric(labels, buckets, found.total)


def _bytes(database: Path | None) -> int:
    if database is None:
        return 0
    files = [database, Path(f"{database}-wal")]
    return sum(file.stat().st_size for file in files if file.exists())


def render(sources: Sources) -> bytes:
    """Write all metrics in Prometheus's text form."""
    registry = CollectorRegistry()
    registry.register(_Reader(sources))
    return generate_latest(registry)
