"""The store on a disk: checkpoints beside its work, purges in slices."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from service_play import DOMAIN, FLOW, ServicePlay

from flowy.engine.core.settings import Settings
from flowy.engine.run_ids import RunIds
from flowy.engine.store import Store, checkpoints, purging
from flowy.engine.store.purging import purge_slice

DAY = 86_400


@pytest.fixture
def play(tmp_path: Path) -> Iterator[ServicePlay]:
    """A service on a file."""
    made = ServicePlay(store=Store(str(tmp_path / "engine.db")))
    yield made
    made.service.stop()


def connection(play: ServicePlay) -> Any:
    return play.service.desk.store._connection


def count(play: ServicePlay, table: str) -> int:
    (number,) = connection(play).execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(number)


def signals(play: ServicePlay, number: int, size: int = 10) -> None:
    for _ in range(number):
        signal = {"workflowId": "w", "signalName": "s", "input": "x" * size}
        play.ok("SignalWorkflowExecution", domain=DOMAIN, **signal)


def test_log_stays_small_under_steady_load(
    play: ServicePlay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "EVERY", 1 << 17)
    play.start()
    log = tmp_path / "engine.db-wal"
    for _ in range(30):
        signals(play, 20, 10_000)
        assert log.stat().st_size < 3 << 20  # 6 MB are written in all


def test_a_failed_checkpoint_loses_nothing_and_is_tried_again(
    play: ServicePlay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "EVERY", 1)
    play.start()
    reader = sqlite3.connect(tmp_path / "engine.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM events").fetchone()
    signals(play, 20)
    reader.close()
    signals(play, 20)
    play.service.flush()
    assert count(play, "events") == 42


def closed(play: ServicePlay, names: int, events: int) -> None:
    for number in range(names):
        named = {"domain": DOMAIN, "workflowId": f"w{number}"}
        play.ok("StartWorkflowExecution", **named, workflowType=FLOW)
        for _ in range(events):
            play.ok("SignalWorkflowExecution", **named, signalName="s")
        play.ok("TerminateWorkflowExecution", **named)


def test_purge_deletes_a_slice_at_a_time(play: ServicePlay) -> None:
    closed(play, 3, 7)  # ten events each
    now = play.clock.at + 2 * DAY * 1000
    left = []
    while purge_slice(connection(play), now, 12):
        left.append((count(play, "executions"), count(play, "events")))
    assert left == [(2, 18), (1, 6)]
    assert (count(play, "executions"), count(play, "events")) == (0, 0)


def test_half_purged_execution_is_seen_by_nobody(play: ServicePlay) -> None:
    closed(play, 1, 7)
    play.clock.at += 2 * DAY * 1000
    purge_slice(connection(play), play.clock.at, 5)
    asked = {"domain": DOMAIN, "startTimeFilter": {"oldestDate": 0}}
    assert play.ok("ListClosedWorkflowExecutions", **asked) == {"executionInfos": []}
    assert play.ok("CountClosedWorkflowExecutions", **asked)["count"] == 0


def test_service_purges_to_the_end_before_it_rests(
    play: ServicePlay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "EXECUTIONS", 2)
    closed(play, 5, 1)
    play.clock.at += 2 * DAY * 1000
    turns = 0
    while play.service.next_wake() == 0 and turns < 10:
        play.service.flush()
        turns += 1
    assert (count(play, "executions"), count(play, "events")) == (0, 0)
    assert 2 < turns < 10


@pytest.mark.parametrize(("longest", "days"), [(None, 30), (7, 7), (90, 30), (0, 0)])
def test_engine_may_keep_less_than_the_domain_says(longest: int | None, days: int) -> None:
    play = ServicePlay(retention="30", longest_retention=longest)
    closed(play, 1, 0)
    (expires,) = connection(play).execute("SELECT expires_at FROM executions").fetchone()
    assert expires == play.clock.at + days * DAY * 1000


def test_nothing_is_written_where_nothing_has_expired(play: ServicePlay) -> None:
    closed(play, 1, 1)
    store = play.service.desk.store
    commits = store.commits
    play.clock.at += 61_000
    play.service.flush()
    assert store.commits == commits


def test_synchronous_is_full_unless_told_otherwise(tmp_path: Path) -> None:
    found = []
    for store in (Store(str(tmp_path / "a.db")), Store(str(tmp_path / "b.db"), "NORMAL")):
        found.append(store._connection.execute("PRAGMA synchronous").fetchone()[0])
        store.close()
    assert found == [2, 1]


def test_rolled_back_batch_is_neither_read_nor_written(play: ServicePlay) -> None:
    execution = play.start()
    desk = play.service.desk
    signal = {"domain": DOMAIN, "workflowId": "w", "signalName": "s"}
    connection(play).execute("PRAGMA max_page_count = 1")
    assert play.call("SignalWorkflowExecution", **signal, input="x" * 30_000).status == 500
    connection(play).execute("PRAGMA max_page_count = 1000000")
    assert desk.store._tails.size == 0
    assert play.types(execution) == ["WorkflowExecutionStarted", "DecisionTaskScheduled"]
    world = desk.store.load(Settings(), RunIds(b"again"))
    assert [run.last_event for run in world.runs.values()] == [2]
