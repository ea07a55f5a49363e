"""An engine is killed under load, again and again: what it has acknowledged is there afterwards.

`make crash` kills it a thousand times.
"""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from crash_load import TIMEOUT, Found, Load, faults
from doomed import Stem, kill, register

from flowy.engine.clock import EngineClock
from flowy.engine.core.settings import Settings
from flowy.engine.run_ids import RunIds
from flowy.engine.service import Service
from flowy.engine.store import Store

KILLS = int(os.environ.get("FLOWY_CRASH_KILLS", "30"))
SEED = int(os.environ.get("FLOWY_CRASH_SEED", "0")) or random.randrange(1, 1 << 30)
EPISODE = 10
"""Kills of engines on one file: longer histories would be read again and again."""


@pytest.fixture(scope="module")
def stem() -> Iterator[Stem]:
    process = Stem()
    yield process
    process.close()


def choose(chance: random.Random) -> dict[str, int]:
    """Where an engine dies: within its writing, within its answering, or anywhere."""
    point = chance.choice(("statement", "answer", "calls"))
    return {point: chance.randrange(1, 200)}


def lives(directory: Path, stem: Stem, episode: int) -> int:
    """Kill the engines of one file; returns how many calls they took."""
    chance = random.Random(SEED + episode)
    database = directory / f"{episode}.db"
    load = Load()
    register(stem, database, load)
    for number in range(EPISODE):
        doom = choose(chance)
        kill(stem, database, load, **doom)
        lost = load.acknowledged - Found(database).facts()
        assert not lost, (SEED, episode, number, doom, lost)
    assert load.refused == []
    found = Found(database)
    assert faults(found) == [], (SEED, episode)
    assert_restart_catches_up(database, found)
    return load.calls


def assert_restart_catches_up(database: Path, found: Found) -> None:
    """All that fell due meanwhile happens at the next start, in order; nothing else does."""
    store = Store(str(database))
    clock = EngineClock(store.last_clock() + 2_000 * TIMEOUT)
    service = Service(store, Settings(), RunIds(b"after"), print, clock)
    service.flush()
    late = service.next_deadline()
    assert late is None or late > clock.now()
    service.stop()
    after = Found(database)
    assert faults(after) == []
    for run, events in found.histories.items():
        assert after.histories[run][: len(events)] == events


@pytest.mark.parametrize("episode", range(max(1, KILLS // EPISODE)))
def test_nothing_acknowledged_is_lost_and_nothing_half_applied(
    tmp_path: Path, stem: Stem, episode: int
) -> None:
    assert lives(tmp_path, stem, episode) > 5 * EPISODE  # there was a load


def test_an_answer_before_its_commit_is_found(tmp_path: Path, stem: Stem) -> None:
    load = Load()
    database = tmp_path / "engine.db"
    register(stem, database, load)
    for number in range(5):
        kill(stem, database, load, early=1, statement=50 + number)
    assert load.acknowledged - Found(database).facts()
