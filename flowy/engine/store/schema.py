"""The tables of an engine's file, and opening one."""

import sqlite3
from pathlib import Path
from typing import Literal

from flowy.engine.store.migrations import STEPS, migrate
from flowy.errors import FlowyError

Synchronous = Literal["FULL", "NORMAL"]

_CACHE_KB = 16 * 1024
VERSION = 1
"""`PRAGMA user_version` of the files that this code writes."""
APPLICATION = 0x666C6F77
"""`PRAGMA application_id`: "flow" in ASCII."""

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE domains (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE types (
    kind TEXT, domain TEXT, name TEXT, version TEXT, body TEXT NOT NULL,
    PRIMARY KEY (kind, domain, name, version)
) WITHOUT ROWID;
CREATE TABLE executions (
    key INTEGER PRIMARY KEY,
    domain TEXT NOT NULL, workflow_id TEXT NOT NULL, run_id TEXT NOT NULL,
    type_name TEXT NOT NULL, type_version TEXT NOT NULL, tags TEXT,
    started_at INTEGER NOT NULL, closed_at INTEGER, close_status TEXT, expires_at INTEGER,
    description TEXT
);
CREATE UNIQUE INDEX executions_by_run ON executions (run_id);
CREATE INDEX executions_by_start ON executions (domain, started_at, key);
CREATE INDEX executions_open ON executions (domain, started_at, key) WHERE closed_at IS NULL;
CREATE INDEX executions_by_close ON executions (domain, closed_at, key)
    WHERE closed_at IS NOT NULL;
CREATE INDEX executions_by_id ON executions (domain, workflow_id, started_at);
CREATE INDEX executions_expiring ON executions (expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE events (
    key INTEGER NOT NULL, id INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (key, id)
) WITHOUT ROWID;
CREATE TABLE heartbeats (
    key INTEGER NOT NULL, scheduled_id INTEGER NOT NULL, at INTEGER NOT NULL, details TEXT,
    PRIMARY KEY (key, scheduled_id)
) WITHOUT ROWID;
"""


class StoreError(FlowyError):
    """The engine's file cannot be used, or a write to it failed. Nothing of it was changed."""


def connect(path: str, synchronous: Synchronous) -> sqlite3.Connection:
    """Open the file at `path` (or ":memory:"), and make its tables if it is new.

    Raises:
        StoreError: if it is locked, no database, of another program, or of a newer version.
    """
    try:
        if path != ":memory:" and Path(path).exists() and Path(path).stat().st_size:
            # Look before touching anything: a file of a newer version must stay as it is.
            open_to_read(Path(path)).close()
        connection = sqlite3.connect(path, isolation_level=None, timeout=2, cached_statements=256)
    except sqlite3.Error as error:
        raise _unusable(path, error) from error
    try:
        _prepare(connection, synchronous)
        migrate(connection, path, VERSION, STEPS)
    except (sqlite3.Error, OSError) as error:
        connection.close()
        raise _unusable(path, error) from error
    return connection


def _unusable(path: str, error: sqlite3.Error | OSError) -> StoreError:
    return StoreError(f"cannot open the database {path}: {error}")


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open an engine's file for reading only.

    Raises:
        StoreError: if there is none, or it is of another program or of a newer version.
        sqlite3.Error: if SQLite cannot read it.
    """
    if not path.exists():
        raise StoreError(f"there is no file {path}")
    uri = f"{path.resolve().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=2)
    try:
        _inspect(connection, str(path))
    except BaseException:
        connection.close()
        raise
    return connection


def _inspect(connection: sqlite3.Connection, path: str) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION:
        raise StoreError(f"{path} is not an engine's database", hint="name another file")
    if version > VERSION:
        raise StoreError(
            f"{path} has the schema version {version}; this engine knows up to {VERSION}",
            hint="start a newer flowy",
        )


def _prepare(connection: sqlite3.Connection, synchronous: Synchronous) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    # An acknowledged call must survive a power cut, too; group commits make that cheap.
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    # The indexes of 100,000 executions need more than the 2 MB that SQLite would take.
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
    # A thread makes the checkpoints; this is for the case that it does not get to it.
    connection.execute("PRAGMA wal_autocheckpoint = 16000")
    connection.execute("BEGIN IMMEDIATE")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0:
        for statement in _TABLES.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")
