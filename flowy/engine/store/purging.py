"""Deleting executions whose retention has ended, a slice at a time."""

import sqlite3

EVENTS = 2_000
"""Events that one slice deletes at most: some 10 ms, so that nobody waits for long."""
EXECUTIONS = 100


def purge_slice(connection: sqlite3.Connection, now: int, most: int = EVENTS) -> bool:
    """Delete a slice; true if there may be more. The caller holds the transaction.

    An execution with more events than a slice goes in several: nobody sees it any more.
    """
    expired = connection.execute(
        "SELECT key FROM executions WHERE expires_at <= ? LIMIT ?", (now, EXECUTIONS)
    ).fetchall()
    for (key,) in expired:
        most -= connection.execute(
            "DELETE FROM events WHERE key = ? AND id IN"
            " (SELECT id FROM events WHERE key = ? ORDER BY id LIMIT ?)",
            (key, key, most),
        ).rowcount
        if most <= 0:
            return True
        connection.execute("DELETE FROM executions WHERE key = ?", (key,))
    return len(expired) == EXECUTIONS


def has_expired(connection: sqlite3.Connection, now: int) -> bool:
    """Whether there is anything to delete: asked first, so that nothing is written in vain."""
    query = "SELECT 1 FROM executions WHERE expires_at <= ? LIMIT 1"
    return connection.execute(query, (now,)).fetchone() is not None
