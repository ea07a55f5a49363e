"""Looking after an engine's file: migration, backup, check, vacuum."""

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from flowy.engine.core.settings import Settings
from flowy.engine.core.world import World
from flowy.engine.run_ids import RunIds
from flowy.engine.store import Filter, Store, StoreError
from flowy.engine.store.backup import backup
from flowy.engine.store.check import check
from flowy.engine.store.migrations import STEPS, migrate
from flowy.engine.store.schema import VERSION
from flowy.engine.store.vacuum import vacuum

GOLDEN = Path(__file__).parents[4] / "replay" / "engine"
WRITTEN_AT = 1_795_347_650_000
"""When the golden files were written; their executions were open or closed then."""


def golden(folder: Path, version: int) -> Path:
    path = folder / "engine.db"
    path.write_bytes(gzip.decompress((GOLDEN / f"v{version}.db.gz").read_bytes()))
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return golden(tmp_path, 1)


def world(store: Store) -> World:
    return store.load(Settings(), RunIds(b"seed"))


def query(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        assert connection.execute(statement).rowcount != 0


@pytest.mark.parametrize("version", range(1, VERSION + 1))
def test_file_of_every_schema_is_read(tmp_path: Path, version: int) -> None:
    path = golden(tmp_path, version)
    with closing(Store(str(path))) as store:
        loaded = world(store)
        (busy,) = [run for run in loaded.runs.values() if run.id.workflow_id == "busy"]
        assert {run.id.workflow_id for run in loaded.runs.values()} == {"busy", "child"}
        assert len(busy.activities) == 2
        assert busy.running is not None
        assert sorted(loaded.registry.domains) == ["d", "kept", "old"]
        assert loaded.registry.domains["old"].tags == {"k": "v"}
        closed = Filter("d", False, 0, None, by_close=True)
        (row,) = store.list(closed, WRITTEN_AT, after=None, oldest_first=True, limit=10)
        assert "COMPLETED" in (row[3] or "")
    assert query(path, "PRAGMA user_version") == [(VERSION,)]
    assert list(check(path)) == []


def test_there_is_a_step_from_each_schema_to_the_next() -> None:
    assert sorted(STEPS) == list(range(1, VERSION))


def _add_column(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE executions ADD COLUMN planted TEXT")


def _fail(connection: sqlite3.Connection) -> None:
    _add_column(connection)
    connection.execute("INSERT INTO nowhere VALUES (1)")


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def _columns(path: Path) -> set[object]:
    return {row[1] for row in query(path, "PRAGMA table_info(executions)")}


def test_migration_takes_all_steps_and_keeps_a_copy(
    path: Path, connection: sqlite3.Connection
) -> None:
    steps = {1: _add_column, 2: lambda c: c.execute("CREATE TABLE third (x)") and None}
    migrate(connection, str(path), 3, steps)
    assert query(path, "PRAGMA user_version") == [(3,)]
    assert "planted" in _columns(path)
    kept = Path(f"{path}.v1.bak")
    assert query(kept, "PRAGMA user_version") == [(1,)]
    assert "planted" not in _columns(kept)
    assert list(check(kept)) == []


def test_migration_that_fails_changes_nothing(path: Path, connection: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, str(path), 3, {1: _add_column, 2: _fail})
    assert query(path, "PRAGMA user_version") == [(1,)]
    assert "planted" not in _columns(path)


def test_present_schema_is_not_copied(path: Path, connection: sqlite3.Connection) -> None:
    migrate(connection, str(path), 1, {})
    assert [file.name for file in path.parent.glob("*.bak")] == []


def test_backup_is_the_whole_file_and_stands_alone(tmp_path: Path, path: Path) -> None:
    destination = tmp_path / "copy.db"
    backup(path, destination)
    assert sorted(file.name for file in tmp_path.iterdir() if "copy" in file.name) == ["copy.db"]
    assert query(destination, "SELECT * FROM events") == query(path, "SELECT * FROM events")
    assert list(check(destination)) == []


def test_backup_writes_over_nothing(tmp_path: Path, path: Path) -> None:
    destination = tmp_path / "copy.db"
    destination.write_text("precious")
    with pytest.raises(StoreError, match="there already"):
        backup(path, destination)
    assert destination.read_text() == "precious"


def test_backup_that_cannot_be_written_leaves_nothing(tmp_path: Path, path: Path) -> None:
    with pytest.raises(StoreError, match="cannot copy"):
        backup(path, tmp_path / "no" / "such" / "folder.db")


@pytest.mark.parametrize("act", [check, vacuum, lambda path: backup(path, path.parent / "copy")])
def test_what_is_no_engine_s_file_is_refused(tmp_path: Path, act: object) -> None:
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE t (x)")
    for file in (other, tmp_path / "none.db"):
        with pytest.raises(StoreError):
            list(act(file) or ())  # type: ignore[operator]  # one of the three above
    assert not (tmp_path / "none.db").exists()


def _texts(path: Path) -> str:
    return "\n".join(map(str, check(path)))


def test_check_finds_damaged_pages(path: Path) -> None:
    ((page,),) = query(path, "SELECT rootpage FROM sqlite_master WHERE name = 'events'")
    with path.open("r+b") as file:
        file.seek((int(str(page)) - 1) * 4096)
        file.write(b"\xff" * 4096)
    assert _texts(path)


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("DELETE FROM events WHERE key = 2 AND id = 5", "not numbered 1..n"),
        ("DELETE FROM events WHERE key = 2", "does not begin with its start"),
        ("UPDATE events SET body = 'x' WHERE key = 2 AND id = 3", "cannot be read"),
        ("UPDATE executions SET closed_at = 1 WHERE key = 2", "whether it has closed"),
        ("UPDATE executions SET closed_at = NULL WHERE key = 1", "whether it has closed"),
    ],
)
def test_check_finds_damaged_histories(path: Path, damage: str, found: str) -> None:
    change(path, damage)
    assert found in _texts(path)


def test_vacuum_gives_space_back(path: Path) -> None:
    change(path, "UPDATE meta SET value = zeroblob(1000000)")
    change(path, "UPDATE meta SET value = 1")
    before = path.stat().st_size
    vacuum(path)
    assert path.stat().st_size < before - 900_000
    assert list(check(path)) == []
