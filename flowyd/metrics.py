"""The metrics of the daemon, as Prometheus reads them. `TABLE` lists them all.

They are made in the supervisor from what its workers count, so that no file and no second set of
processes is needed. Counters never fall: see `flowyd.ledger`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from flowyd import totals
from flowyd.control.status import ChildStatus, PoolStatus, Status
from flowyd.ledger import Ledger
from flowyd.supervisor.fleet import Fleet
from flowyd.supervisor.pacing import delay
from flowyd.supervisor.services import ENGINE
from flowyd.totals import Histogram


@dataclass(frozen=True, slots=True)
class Row:
    """One metric. `kind` is counter, gauge or histogram."""

    name: str
    kind: str
    labels: tuple[str, ...]
    help: str


TABLE = (
    Row("flowyd_polls_total", "counter", ("pool", "kind", "result"), "Polls, by how they ended"),
    Row("flowyd_poll_seconds", "histogram", ("pool", "kind"), "Time that a poll took"),
    Row("flowyd_tasks_total", "counter", ("pool", "kind", "outcome"), "Tasks, by how they ended"),
    Row(
        "flowyd_task_seconds",
        "histogram",
        ("pool", "kind"),
        "Time from a task's begin to its answer",
    ),
    Row("flowyd_heartbeats_total", "counter", ("result",), "Heartbeats of activities, by result"),
    Row(
        "flowyd_heartbeat_lag_seconds",
        "histogram",
        (),
        "How much later than it was due a heartbeat was taken",
    ),
    Row(
        "flowyd_lost_reports_total",
        "counter",
        ("result",),
        "Tasks of dead workers, by how the answer in their place ended",
    ),
    Row("flowyd_poll_delay_seconds", "gauge", ("pool",), "The longest wait before each poll"),
    Row(
        "flowyd_sticky_lookups_total",
        "counter",
        ("pool", "result"),
        "Looks for an execution in the memory of deciders: hit, miss, new, stale",
    ),
    Row(
        "flowyd_sticky_evictions_total",
        "counter",
        ("pool", "reason"),
        "Executions dropped from a decider's memory, by why",
    ),
    Row("flowyd_sticky_kept", "gauge", ("pool",), "Executions in the memory of deciders"),
    Row(
        "flowyd_parked_executions",
        "gauge",
        ("pool",),
        "Executions that wait since their deciders cannot decide them",
    ),
    Row("flowyd_workers", "gauge", ("pool", "state"), "Workers, by their state"),
    Row("flowyd_workers_wanted", "gauge", ("pool",), "Workers that the configuration asks for"),
    Row("flowyd_workers_ready", "gauge", ("pool",), "Workers that take tasks"),
    Row("flowyd_workers_silent", "gauge", ("pool",), "Workers that give no sign of life"),
    Row("flowyd_worker_exits_total", "counter", ("pool", "class"), "Workers gone, by why"),
    Row("flowyd_pool_held", "gauge", ("pool",), "1 if the pool gave up restarting its workers"),
    Row("flowyd_child_up", "gauge", ("child",), "1 if the zygote or the web child serves"),
    Row("flowyd_child_restarts_total", "counter", ("child",), "Unasked ends of a supervised child"),
    Row("flowyd_engine_up", "gauge", (), "1 if the embedded engine serves"),
    Row("flowyd_ready", "gauge", (), "1 if the daemon is ready, as /readyz says"),
    Row("flowyd_reloads_total", "counter", ("result",), "Reloads by result: accepted or rejected"),
    Row("flowyd_generation", "gauge", (), "The generation of plugins that new workers come from"),
    Row("flowyd_loop_lag_seconds", "gauge", (), "Time that the supervisor's last round took"),
    Row("flowyd_loop_errors_total", "counter", (), "Rounds of the supervisor that failed"),
    Row("flowyd_uptime_seconds", "gauge", (), "Time since the supervisor started"),
)
WORKER_STATES = ("spawning", "starting", "polling", "busy", "retiring", "draining")
Sample = tuple[tuple[str, ...], float]


@dataclass(frozen=True, slots=True)
class Sources:
    """What the metrics are made of."""

    status: Status
    fleet: Fleet
    ledger: Ledger
    lag_seconds: float
    mishaps: int = 0


def render(sources: Sources) -> str:
    """The text of `/metrics`."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Once(list(families(sources))))
    return generate_latest(registry).decode()


class Once(Collector):
    """Families that were made already."""

    def __init__(self, made: list[Metric]) -> None:
        self._made = made

    def collect(self) -> Iterable[Metric]:
        """All of them."""
        return self._made


def families(sources: Sources) -> Iterator[Metric]:
    """All rows with their samples."""
    for row in TABLE:
        if row.kind == "histogram":
            yield histogram(row, sources)
        else:
            family = CounterMetricFamily if row.kind == "counter" else GaugeMetricFamily
            made = family(row.name, row.help, labels=row.labels)
            for labels, value in samples(row.name, sources):
                made.add_metric(labels, value)
            yield made


def histogram(row: Row, sources: Sources) -> Metric:
    """A histogram of each pool, or of the courier."""
    made = HistogramMetricFamily(row.name, row.help, labels=row.labels)
    if row.name == "flowyd_heartbeat_lag_seconds":
        add(made, (), sources.ledger.of_couriers().heartbeat_lag, totals.LAG_BOUNDS)
        return made
    for pool in sources.status.pools:
        total = sources.ledger.of_pool(pool.name)
        if row.name == "flowyd_poll_seconds":
            add(made, (pool.name, pool.kind), total.poll_seconds, totals.POLL_BOUNDS)
        else:
            add(made, (pool.name, pool.kind), total.task_seconds, totals.TASK_BOUNDS)
    return made


def add(
    made: HistogramMetricFamily, labels: Sequence[str], seen: Histogram, bounds: tuple[float, ...]
) -> None:
    """The buckets of one histogram, each with all that is below it."""
    names = [*map(str, bounds), "+Inf"]
    buckets = list(zip(names, map(float, accumulate(seen.counts)), strict=True))
    made.add_metric(labels, buckets, seen.sum)


def samples(name: str, sources: Sources) -> Iterator[Sample]:
    """The samples of a counter or gauge."""
    if name in OF_DAEMON:
        yield (), OF_DAEMON[name](sources)
    elif name in OF_CHILD:
        for child in sources.status.children:
            if "." not in child.name:  # the zygotes of other generations come and go
                yield (child.name,), OF_CHILD[name](child)
    elif name in BY_RESULT:
        for result, count in BY_RESULT[name](sources).items():
            yield (result,), count
    else:
        yield from samples_of_pools(name, sources)


def samples_of_pools(name: str, sources: Sources) -> Iterator[Sample]:
    """The samples of what each pool has."""
    for pool in sources.status.pools:
        if name in OF_POOL:
            yield (pool.name,), OF_POOL[name](pool)
        else:
            for labels, value in COUNTED[name](pool, sources).items():
                yield (pool.name, *labels), value


OF_DAEMON: dict[str, Callable[[Sources], float]] = {
    "flowyd_engine_up": lambda s: float(
        any(child.name == "engine" and child.state == "serving" for child in s.status.children)
    ),
    "flowyd_ready": lambda s: float(s.status.ready),
    "flowyd_generation": lambda s: float(s.status.generation),
    "flowyd_loop_lag_seconds": lambda s: s.lag_seconds,
    "flowyd_loop_errors_total": lambda s: float(s.mishaps),
    "flowyd_uptime_seconds": lambda s: s.status.uptime_ms / 1000,
}
BY_RESULT: dict[str, Callable[[Sources], dict[str, int]]] = {
    "flowyd_heartbeats_total": lambda s: s.ledger.of_couriers().heartbeats,
    "flowyd_lost_reports_total": lambda s: s.ledger.of_couriers().reports,
    "flowyd_reloads_total": lambda s: {
        "accepted": s.status.reload.accepted,
        "rejected": s.status.reload.rejected,
    },
}
OF_CHILD: dict[str, Callable[[ChildStatus], float]] = {
    "flowyd_child_up": lambda child: float(child.state == "serving"),
    "flowyd_child_restarts_total": lambda child: child.restarts,
}
OF_POOL: dict[str, Callable[[PoolStatus], float]] = {
    "flowyd_workers_wanted": lambda pool: pool.wanted,
    "flowyd_workers_ready": lambda pool: pool.ready,
    "flowyd_workers_silent": lambda pool: sum(w.silent_ms is not None for w in pool.workers),
    "flowyd_pool_held": lambda pool: float(pool.state == "held"),
    "flowyd_sticky_kept": lambda pool: pool.sticky.kept,
    "flowyd_parked_executions": lambda pool: pool.parked,
}
Counts = dict[tuple[str, ...], float]


def polls(pool: PoolStatus, sources: Sources) -> Counts:
    """A pool's polls by result."""
    counted = sources.ledger.of_pool(pool.name).polls
    return {(pool.kind, result): count for result, count in counted.items()}


def tasks(pool: PoolStatus, sources: Sources) -> Counts:
    """A pool's tasks by outcome."""
    counted = sources.ledger.of_pool(pool.name).tasks
    return {(pool.kind, outcome): count for outcome, count in counted.items()}


def lookups(pool: PoolStatus, _: Sources) -> Counts:
    """A pool's looks for kept executions by what was found."""
    return {(result,): count for result, count in pool.sticky.lookups.items()}


def evictions(pool: PoolStatus, _: Sources) -> Counts:
    """A pool's evictions by reason."""
    return {(why,): count for why, count in pool.sticky.evictions.items()}


def poll_delay(pool: PoolStatus, sources: Sources) -> Counts:
    """A pool's wait before each poll."""
    pace = sources.fleet.pools[pool.name].pace
    return {(): delay(pace, local=ENGINE in sources.fleet.services) / 1000}


def workers(pool: PoolStatus, _: Sources) -> Counts:
    """A pool's workers by state; the usual states also where there are none."""
    counted = Counter(worker.state for worker in pool.workers)
    return {(state,): counted[state] for state in sorted({*WORKER_STATES, *counted})}


def exits(pool: PoolStatus, sources: Sources) -> Counts:
    """A pool's exits by class."""
    return {(kind.value,): count for kind, count in sources.fleet.pools[pool.name].exits.items()}


COUNTED: dict[str, Callable[[PoolStatus, Sources], Counts]] = {
    "flowyd_polls_total": polls,
    "flowyd_tasks_total": tasks,
    "flowyd_sticky_lookups_total": lookups,
    "flowyd_sticky_evictions_total": evictions,
    "flowyd_poll_delay_seconds": poll_delay,
    "flowyd_workers": workers,
    "flowyd_worker_exits_total": exits,
}
