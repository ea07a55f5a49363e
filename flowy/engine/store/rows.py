"""Writing changes: from the core's values to rows."""

import sqlite3
from collections.abc import Iterable

import msgspec

from flowy.engine.core.changes import Changes
from flowy.engine.core.descriptions import describe_execution
from flowy.engine.core.execution import Execution
from flowy.engine.core.registry import Registry
from flowy.engine.encoding import encode, encode_event

Heard = dict[tuple[int, int], tuple[int, str | None] | None]

_DAY = 86_400_000
_INSERT_EXECUTION = (
    "INSERT INTO executions (key, domain, workflow_id, run_id, type_name, type_version,"
    " tags, started_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_CLOSE_EXECUTION = (
    "UPDATE executions SET closed_at = ?, close_status = ?, expires_at = ?,"
    " description = ? WHERE key = ?"
)


class Pending:
    """What the coming commit must write. SQLite hears of it all at once: that is far cheaper."""

    def __init__(self) -> None:
        self.characters = 0
        self._clear()

    def _clear(self) -> None:
        self._opened: list[Execution] = []
        self._events: list[tuple[int, int, str]] = []
        self._closed: list[Execution] = []
        self._heard: Heard = {}
        self._registry: Registry | None = None

    def __bool__(self) -> bool:
        return bool(self._events or self._heard or self._registry)

    def take(self, changes: Changes, registry: Registry) -> list[tuple[int, int, str]]:
        """Take changes over; returns their events as rows of (key, id, text)."""
        rows = [(key, event.id, encode_event(event)) for key, event in changes.events]
        self._opened += changes.opened
        self._events += rows
        self._closed += changes.closed
        self._heard |= changes.heard
        if registry.touched_domains or registry.touched_types or changes.closed:
            self._registry = registry
        return rows

    def write(self, connection: sqlite3.Connection) -> None:
        """Write everything; the caller holds the transaction."""
        if self._opened:
            connection.executemany(_INSERT_EXECUTION, map(_opened, self._opened))
        if self._events:
            connection.executemany("INSERT INTO events VALUES (?, ?, ?)", self._events)
            self.characters += sum(len(text) for _, _, text in self._events)
        if self._registry is not None:
            rows = [_closed(run, self._registry) for run in self._closed]
            connection.executemany(_CLOSE_EXECUTION, rows)
            write_registry(connection, self._registry)
        _write_heartbeats(connection, self._heard)
        self._clear()

    def forget(self) -> None:
        """Give up what was not written, and what was but is rolled back."""
        self.characters = 0
        self._clear()


def _opened(run: Execution) -> tuple[int | str | None, ...]:
    kind = run.started.workflow_type
    tags = run.started.tag_list
    text = encode(tags).decode() if tags else None
    workflow_id, run_id = run.id.workflow_id, run.id.run_id
    return run.key, run.domain, workflow_id, run_id, kind.name, kind.version, text, run.started_at


def _closed(run: Execution, registry: Registry) -> tuple[int | str | None, ...]:
    retention = registry.domains[run.domain].retention
    days = 0 if retention == "NONE" else int(retention)
    longest = registry.settings.longest_retention
    if longest is not None:
        days = min(days, longest)
    expires = (run.closed_at or 0) + days * _DAY
    described = encode(describe_execution(run, registry.settings)).decode()
    return run.closed_at, run.close_status, expires, described, run.key


def _write_heartbeats(connection: sqlite3.Connection, heard: Heard) -> None:
    for place, beat in heard.items():
        if beat is None:
            connection.execute("DELETE FROM heartbeats WHERE key = ? AND scheduled_id = ?", place)
        else:
            connection.execute(
                "INSERT INTO heartbeats VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
                " SET at = excluded.at, details = excluded.details",
                (*place, *beat),
            )


def write_registry(connection: sqlite3.Connection, registry: Registry) -> None:
    """Write the domains and types that were touched, and note that none is any more."""
    for name in registry.touched_domains:
        body = msgspec.json.encode(registry.domains[name]).decode()
        connection.execute("INSERT OR REPLACE INTO domains VALUES (?, ?)", (name, body))
    for key in registry.touched_types:
        kind, domain, type_id = key
        place = (kind, domain, type_id.name, type_id.version)
        registered = registry.types.get(key)
        if registered is None:
            connection.execute(
                "DELETE FROM types WHERE kind = ? AND domain = ? AND name = ? AND version = ?",
                place,
            )
        else:
            body = msgspec.json.encode(registered).decode()
            connection.execute(
                "INSERT OR REPLACE INTO types VALUES (?, ?, ?, ?, ?)", (*place, body)
            )
    registry.touched_domains.clear()
    registry.touched_types.clear()


def read_texts(rows: Iterable[tuple[str]]) -> list[str]:
    return [text for (text,) in rows]
