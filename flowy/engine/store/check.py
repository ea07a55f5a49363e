"""Looking for damage in an engine's file: SQLite's own check, then every history."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from flowy.engine.core.fold import fold, open_execution
from flowy.engine.core.transaction import CLOSES
from flowy.engine.encoding import decode_event
from flowy.engine.history_rules import broken_rules
from flowy.engine.store.rows import read_texts
from flowy.engine.store.schema import StoreError, open_to_read
from flowy.errors import Fault
from flowy.swf.events import Event, WorkflowExecutionStarted
from flowy.swf.values import ExecutionId

_EXECUTIONS = "SELECT key, domain, workflow_id, run_id, closed_at FROM executions ORDER BY key"


class _Row(Struct):
    key: int
    domain: str
    workflow_id: str
    run_id: str
    closed_at: int | None


def check(path: Path) -> Iterator[Fault]:
    """Tell everything that is wrong with the file at `path`, as it is at this moment.

    Raises:
        StoreError: if it is no engine's file or cannot be read at all.
    """
    try:
        with closing(open_to_read(path)) as connection:
            connection.execute("BEGIN")
            damage = _damage(connection)
            yield from (Fault(str(path), text) for text in damage)
            if not damage:
                yield from _check_executions(connection)
    except sqlite3.Error as error:
        raise StoreError(f"cannot check {path}: {error}") from error


def _damage(connection: sqlite3.Connection) -> list[str]:
    """Ask SQLite what is damaged; it says so itself, or trips over it."""
    try:
        found = read_texts(connection.execute("PRAGMA integrity_check"))
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
        return [str(error)]
    return [text for text in found if text != "ok"]


def _check_executions(connection: sqlite3.Connection) -> Iterator[Fault]:
    for values in connection.execute(_EXECUTIONS):
        row = _Row(*values)
        texts = connection.execute("SELECT body FROM events WHERE key = ? ORDER BY id", (row.key,))
        try:
            problems = _check_history(row, [decode_event(text) for text in read_texts(texts)])
        except Exception as error:  # noqa: BLE001  # whatever a damaged row makes the reader do
            problems = [f"its history cannot be read: {error!r}"]
        where = f"{row.domain}: {row.workflow_id} {row.run_id}"
        yield from (Fault(where, problem) for problem in problems)


def _check_history(row: _Row, events: list[Event]) -> list[str]:
    if not events or not isinstance(events[0].attributes, WorkflowExecutionStarted):
        return ["its history does not begin with its start"]
    if [event.id for event in events] != list(range(1, len(events) + 1)):
        return ["its events are not numbered 1..n"]
    problems = broken_rules(events)
    if problems:
        return problems
    if isinstance(events[-1].attributes, CLOSES) != (row.closed_at is not None):
        return ["its history and its row differ on whether it has closed"]
    if row.closed_at is None:
        _fold(row, events, events[0].attributes)
    return []


def _fold(row: _Row, events: list[Event], started: WorkflowExecutionStarted) -> None:
    name = ExecutionId(row.workflow_id, row.run_id)
    run = open_execution(row.key, row.domain, name, events[0].at, started)
    for event in events:
        fold(run, event)
