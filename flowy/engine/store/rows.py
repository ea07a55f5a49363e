"""Writing changes: from the core's values to rows."""

import sqlite3
from collections.abc import Iterable

import msgspec

from flowy.engine.core.changes import Changes
from flowy.engine.core.descriptions import describe_execution
from flowy.engine.core.execution import Execution
from flowy.engine.core.registry import Registry
from flowy.engine.encoding import encode, encode_event

_DAY = 86_400_000


def write_changes(connection: sqlite3.Connection, changes: Changes, registry: Registry) -> None:
    """Write everything that changed; the caller holds the transaction."""
    if changes.opened:
        connection.executemany(
            "INSERT INTO executions (key, domain, workflow_id, run_id, type_name, type_version,"
            " tags, started_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            map(_opened, changes.opened),
        )
    if changes.events:
        connection.executemany(
            "INSERT INTO events VALUES (?, ?, ?)",
            [(key, event.id, encode_event(event)) for key, event in changes.events],
        )
    if changes.closed:
        connection.executemany(
            "UPDATE executions SET closed_at = ?, close_status = ?, expires_at = ?,"
            " description = ? WHERE key = ?",
            [_closed(run, registry) for run in changes.closed],
        )
    _write_heartbeats(connection, changes)


def _opened(run: Execution) -> tuple[int | str | None, ...]:
    kind = run.started.workflow_type
    tags = run.started.tag_list
    text = encode(tags).decode() if tags else None
    workflow_id, run_id = run.id.workflow_id, run.id.run_id
    return run.key, run.domain, workflow_id, run_id, kind.name, kind.version, text, run.started_at


def _closed(run: Execution, registry: Registry) -> tuple[int | str | None, ...]:
    retention = registry.domains[run.domain].retention
    days = 0 if retention == "NONE" else int(retention)
    expires = (run.closed_at or 0) + days * _DAY
    described = encode(describe_execution(run, registry.settings)).decode()
    return run.closed_at, run.close_status, expires, described, run.key


def _write_heartbeats(connection: sqlite3.Connection, changes: Changes) -> None:
    for place, beat in changes.heard.items():
        if beat is None:
            connection.execute("DELETE FROM heartbeats WHERE key = ? AND scheduled_id = ?", place)
        else:
            connection.execute(
                "INSERT INTO heartbeats VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
                " SET at = excluded.at, details = excluded.details",
                (*place, *beat),
            )


def write_registry(connection: sqlite3.Connection, registry: Registry) -> None:
    """Write the domains and types that were touched."""
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


def read_texts(rows: Iterable[tuple[str]]) -> list[str]:
    return [text for (text,) in rows]
