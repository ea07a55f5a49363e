"""The clock, the lock, the command line, ids and durations."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from flowy.cli.engine import engine
from flowy.engine import clock
from flowy.engine.clock import EngineClock
from flowy.engine.core.durations import due, milliseconds
from flowy.engine.core.task_lists import Place, TaskKey, TaskLists
from flowy.engine.lock import hold_lock
from flowy.engine.run_ids import RunIds
from flowy.engine.store import StoreError


def test_clock_does_not_go_back_behind_the_last_commit() -> None:
    floor = 1 << 50
    engine_clock = EngineClock(floor)
    assert engine_clock.now() == floor
    assert engine_clock.now() == floor


def test_clock_goes_on_when_the_wall_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    engine_clock = EngineClock()
    before = engine_clock.now()
    monkeypatch.setattr(clock.time, "time_ns", lambda: 0)
    assert engine_clock.now() >= before


def test_second_engine_gives_up_with_one_line(tmp_path: Path) -> None:
    database = str(tmp_path / "engine.db")
    first = hold_lock(database)
    assert first is not None
    with pytest.raises(StoreError, match="another engine uses"):
        hold_lock(database, patience=0.1)
    first.close()
    second = hold_lock(database, patience=0.1)
    assert second is not None
    second.close()


def test_memory_needs_no_lock() -> None:
    assert hold_lock(":memory:") is None


@pytest.mark.parametrize(
    "arguments",
    [
        ["--db", ":memory:", "--listen", "nowhere"],
        ["--db", ":memory:", "--listen", "127.0.0.1:99999"],
        ["--db", ":memory:", "--hold", "61"],
        [],
    ],
)
def test_bad_arguments_are_usage_errors(arguments: list[str]) -> None:
    assert CliRunner().invoke(engine, arguments).exit_code == 2


def test_directory_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    missing = str(tmp_path / "nowhere" / "engine.db")
    result = CliRunner().invoke(engine, ["--db", missing, "--listen", "127.0.0.1:0"])
    assert result.exit_code == 1
    assert result.output.count("\n") == 1


def test_run_ids_have_the_services_shape_and_differ() -> None:
    make = RunIds(b"salt")
    made = {make() for _ in range(100)} | {RunIds(b"other")()}
    assert len(made) == 101
    assert all(len(run_id) == 46 and run_id.endswith("=") for run_id in made)


def test_durations() -> None:
    assert milliseconds("90") == 90_000
    assert milliseconds("0") == 0
    assert milliseconds("NONE") is None
    assert milliseconds(None) is None
    assert due(5, "1") == 1_005
    assert due(5, "NONE") is None


def test_task_list_forgets_withdrawn_tasks() -> None:
    lists = TaskLists()
    place = Place("activity", "d", "l")
    for number in range(3):
        lists.offer(place, TaskKey("r", number), None)
    lists.offer(place, TaskKey("r", 0), "9")
    lists.withdraw(TaskKey("r", 1))
    lists.withdraw(TaskKey("r", 7))
    assert lists.count(place) == 2
    assert [lists.take(place) for _ in range(3)] == [TaskKey("r", 0), TaskKey("r", 2), None]


def test_task_list_holds_few_withdrawn_tasks_though_nobody_polls() -> None:
    lists, place = TaskLists(), Place("activity", "d", "l")
    lists.offer(place, TaskKey("run", 0), None)
    for number in range(1, 2_000):
        lists.offer(place, TaskKey("run", number), "1")
        lists.withdraw(TaskKey("run", number))
    assert len(lists._queues[place].heap) < 100
    assert lists.take(place) == TaskKey("run", 0)


def test_task_list_that_was_withdrawn_and_offered_again_gives_it_once() -> None:
    lists = TaskLists()
    place = Place("decision", "d", "l")
    key = TaskKey("r", 1)
    lists.offer(place, key, None)
    lists.withdraw(key)
    lists.offer(place, key, None)
    assert lists.take(place) == key
    assert lists.take(place) is None
