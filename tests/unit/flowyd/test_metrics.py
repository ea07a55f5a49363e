"""Metrics: one table of them all, and counters that never fall."""

from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from flowyd import metrics
from flowyd.config.shapes import (
    Config,
    EngineConfig,
    LogsConfig,
    PluginsConfig,
    PoolConfig,
    SwfConfig,
    WebConfig,
)
from flowyd.ledger import Ledger
from flowyd.metrics import Sources
from flowyd.supervisor.loop import new_fleet
from flowyd.supervisor.orders import WorkerId
from flowyd.supervisor.pools import Key
from flowyd.supervisor.states import Birth, ExitClass, Polling
from flowyd.supervisor.telling import View, status_of
from flowyd.totals import POLL_BOUNDS, CourierTotals, Totals, add

POOL = PoolConfig("p", "activity", "list", 2, None, None, 1000, ())
CONFIG = Config(
    path=Path("flowyd.toml"),
    domain="d",
    state_dir=Path("state"),
    swf=SwfConfig("engine", None, None, None),
    engine=EngineConfig(Path("engine.db"), "127.0.0.1:0"),
    plugins=PluginsConfig(None, ()),
    pools=(POOL,),
    logs=LogsConfig("auto", "info"),
    web=WebConfig(None),
    run_dir=Path("state/run"),
)


def counted(polls: int, tasks: int) -> Totals:
    totals = Totals()
    for _ in range(polls):
        totals.polled("task", 0.2)
    for _ in range(tasks):
        totals.ended("completed", 2.0)
    return totals


@pytest.fixture
def sources() -> Sources:
    fleet = new_fleet(CONFIG, strict=False)
    worker = Polling(Birth(0, 1, 0), 77, 5)
    pool = replace(fleet.pools["p"], workers={Key(0, 0): worker}, exits={ExitClass.CRASH: 3})
    fleet = replace(fleet, pools={"p": pool})
    ledger = Ledger()
    ledger.note(WorkerId("p", 0, 0), counted(3, 2))
    status = status_of(fleet, CONFIG, ledger, View(1, 0, 10))
    return Sources(status, fleet, ledger, 0.001)


def samples(text: str) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_exactly_the_metrics_of_the_table_are_rendered_with_type_and_help(sources):
    lines = metrics.render(sources).splitlines()
    types = [tuple(line.split()[2:4]) for line in lines if line.startswith("# TYPE")]
    helps = [line.split(maxsplit=3)[2:] for line in lines if line.startswith("# HELP")]

    assert types == [(row.name, row.kind) for row in metrics.TABLE]
    assert helps == [[row.name, row.help] for row in metrics.TABLE]


def test_labels_are_those_of_the_table(sources):
    declared = {row.name: set(row.labels) for row in metrics.TABLE}
    for family in text_string_to_metric_families(metrics.render(sources)):
        for sample in family.samples:
            name = family.name + ("_total" if family.type == "counter" else "")
            assert set(sample.labels) - {"le"} == declared[name], sample


def test_the_values_are_those_of_the_workers(sources):
    found = samples(metrics.render(sources))

    assert found["flowyd_polls_total", "activity", "p", "task"] == 3
    assert found["flowyd_tasks_total", "activity", "completed", "p"] == 2
    assert found["flowyd_poll_seconds_bucket", "activity", "0.1", "p"] == 0
    assert found["flowyd_poll_seconds_bucket", "activity", "0.25", "p"] == 3
    assert found["flowyd_poll_seconds_bucket", "activity", "+Inf", "p"] == 3
    assert found["flowyd_task_seconds_sum", "activity", "p"] == 4.0
    assert found["flowyd_workers", "p", "polling"] == 1
    assert found["flowyd_workers", "p", "busy"] == 0
    assert found["flowyd_worker_exits_total", "crash", "p"] == 3
    assert found["flowyd_engine_up",] == 0


def test_what_deciders_keep_is_counted_and_a_dead_one_keeps_nothing(sources):
    totals = counted(0, 0)
    for result in ("new", "hit", "hit"):
        totals.looked_up(result)
    totals.evicted("count")
    totals.kept, totals.parked = 4, 2
    sources.ledger.note(WorkerId("p", 0, 0), totals)
    sources.ledger.note(WorkerId("p", 1, 0), totals)

    def rendered():
        status = status_of(sources.fleet, CONFIG, sources.ledger, View(1, 0, 10))
        return samples(metrics.render(replace(sources, status=status)))

    found = rendered()
    assert found["flowyd_sticky_lookups_total", "p", "hit"] == 4
    assert found["flowyd_sticky_lookups_total", "p", "new"] == 2
    assert found["flowyd_sticky_evictions_total", "p", "count"] == 2
    assert found["flowyd_sticky_kept", "p"] == 8
    assert found["flowyd_parked_executions", "p"] == 4

    sources.ledger.fold(WorkerId("p", 0, 0))
    found = rendered()
    assert found["flowyd_sticky_lookups_total", "p", "hit"] == 4  # counters never fall
    assert found["flowyd_sticky_kept", "p"] == 4
    assert found["flowyd_parked_executions", "p"] == 2


def test_a_workers_totals_are_its_pools_once_it_is_gone():
    ledger, worker = Ledger(), WorkerId("p", 0, 0)
    ledger.note(worker, counted(3, 2))
    before = ledger.of_pool("p")
    ledger.fold(worker)
    ledger.fold(worker)  # told twice: counted once
    ledger.note(WorkerId("p", 0, 1), counted(1, 0))

    assert before == counted(3, 2)
    assert ledger.of_pool("p") == add(counted(3, 2), counted(1, 0))
    assert ledger.of_pool("other") == Totals()


def test_an_observation_falls_into_the_bucket_that_its_bound_closes():
    totals = Totals()
    for seconds in (0.0, POLL_BOUNDS[0], POLL_BOUNDS[-1], 1000.0):
        totals.polled("empty", seconds)

    assert totals.poll_seconds.counts[0] == 2
    assert totals.poll_seconds.counts[-2:] == [1, 1]


def test_what_couriers_did_stays_counted_when_one_is_replaced(sources):
    def told(name, **labels):
        families = text_string_to_metric_families(metrics.render(sources))
        found = [s for family in families for s in family.samples if s.name == name]
        return [sample.value for sample in found if labels.items() <= sample.labels.items()]

    totals = CourierTotals()
    totals.sent("ok", 0.3)
    totals.sent("error", 9.0)
    totals.reported("answered")
    sources.ledger.courier_says(totals)
    sources.ledger.courier_gone()
    sources.ledger.courier_says(totals)

    assert told("flowyd_heartbeats_total", result="ok") == [2]
    assert told("flowyd_heartbeat_lag_seconds_bucket", le="0.25") == [0]
    assert told("flowyd_heartbeat_lag_seconds_bucket", le="0.5") == [2]
    assert told("flowyd_lost_reports_total", result="answered") == [2]
    assert told("flowyd_poll_delay_seconds", pool="p") == [0]
