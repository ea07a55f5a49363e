"""The engine's file: the only place that speaks SQL."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
from msgspec import Struct

from flowy.engine.core.changes import Changes
from flowy.engine.core.execution import Execution
from flowy.engine.core.fold import fold, heard, open_execution
from flowy.engine.core.registry import Domain, RegisteredType
from flowy.engine.core.settings import Settings
from flowy.engine.core.world import World
from flowy.engine.encoding import decode_event
from flowy.engine.store import listing
from flowy.engine.store.checkpoints import Checkpoints
from flowy.engine.store.listing import Filter
from flowy.engine.store.purging import has_expired, purge_slice
from flowy.engine.store.rows import Pending, read_texts
from flowy.engine.store.schema import StoreError, Synchronous, connect
from flowy.engine.store.tails import Tails
from flowy.swf.events import WorkflowExecutionStarted
from flowy.swf.values import ExecutionId

_EVENTS_UP = "SELECT body FROM events WHERE key = ? AND id BETWEEN ? AND ? ORDER BY id LIMIT ?"
_EVENTS_DOWN = _EVENTS_UP.replace("ORDER BY id", "ORDER BY id DESC")


class Known(Struct, frozen=True):
    """An execution that the store has: `description` (JSON) only if it has closed."""

    key: int
    domain: str
    id: ExecutionId
    description: str | None


class Store:
    """Batches of changes go in, rows come out by index.

    `write` puts changes where this store's reads see them; only `commit` makes them last.
    `synchronous` is SQLite's: FULL outlives a power cut, NORMAL only the end of the process.

    Raises:
        StoreError: if the file cannot be used.
    """

    def __init__(self, path: str, synchronous: Synchronous = "FULL") -> None:
        self._connection = connect(path, synchronous)
        self._checkpoints = Checkpoints(path)
        self._in_transaction = False
        self._pending = Pending()
        self._tails = Tails()
        self.commits = 0

    def write(self, world: World) -> None:
        """Take over what changed in the world, without committing it."""
        changes = world.changes
        for key, number, text in self._pending.take(changes, world.registry):
            self._tails.append(key, number, text)
        for run in changes.closed:
            self._tails.drop(run.key)
        if changes:
            world.changes = Changes()

    def commit(self, world: World, now: int) -> None:
        """Write what changed and make all of the batch last; `now` is the engine's clock.

        Raises:
            StoreError: the batch cannot be written and is rolled back.
        """
        self.write(world)
        with self._guard():
            self._settle()
            if self._in_transaction:
                self._connection.execute("INSERT OR REPLACE INTO meta VALUES ('clock', ?)", (now,))
                self._connection.execute("COMMIT")
                self._in_transaction = False
                self.commits += 1
                self._checkpoints.wrote(self._pending.characters)
                self._pending.characters = 0
            self._checkpoints.finish(self._connection)

    def _settle(self) -> None:
        """Tell SQLite what it has not heard of yet: before a commit, and before it is asked."""
        if self._pending:
            self._begin()
            self._pending.write(self._connection)

    def _begin(self) -> None:
        if not self._in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")
            self._in_transaction = True

    def close(self) -> None:
        self._checkpoints.stop()
        self._connection.close()

    def last_clock(self) -> int:
        """The engine's time at the last commit, in milliseconds, or 0."""
        with self._guard():
            row = self._connection.execute("SELECT value FROM meta WHERE name = 'clock'").fetchone()
        return row[0] if row else 0

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            self.rollback()
            raise StoreError(f"the engine's database failed: {error}") from error

    def rollback(self) -> None:
        """Give the batch up."""
        self._in_transaction = False
        self._pending.forget()
        self._tails.clear()
        if self._connection.in_transaction:
            self._connection.rollback()

    # -- reading ---------------------------------------------------------------------------

    def load(self, settings: Settings, new_run_id: Callable[[], str]) -> World:
        """Make the world anew from the file: folding the events of its open executions."""
        world = World(settings, new_run_id)
        with self._guard():
            self._load_registry(world)
            (last,) = self._connection.execute("SELECT max(key) FROM executions").fetchone()
            world.next_key = (last or 0) + 1
            rows = self._connection.execute(
                "SELECT key, domain, workflow_id, run_id FROM executions WHERE closed_at IS NULL"
            ).fetchall()
            for key, domain, workflow_id, run_id in rows:
                self._load_execution(world, key, domain, ExecutionId(workflow_id, run_id))
        world.offer_all()
        return world

    def _load_registry(self, world: World) -> None:
        for body in read_texts(self._connection.execute("SELECT body FROM domains")):
            domain = msgspec.json.decode(body, type=Domain)
            world.registry.domains[domain.name] = domain
        for body in read_texts(self._connection.execute("SELECT body FROM types")):
            found = msgspec.json.decode(body, type=RegisteredType)
            world.registry.types[found.kind, found.domain, found.id] = found

    def _load_execution(self, world: World, key: int, domain: str, id: ExecutionId) -> None:
        try:
            run = _refold(key, domain, id, self.events(key, 1, None))
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            # What a damaged history makes the reader do.
            raise StoreError(
                f"the history of {id.workflow_id} {id.run_id} cannot be read: {error!r}",
                hint="`flowy engine check FILE` tells more",
            ) from error
        beats = self._connection.execute(
            "SELECT scheduled_id, at, details FROM heartbeats WHERE key = ?", (key,)
        )
        for scheduled_id, at, details in beats:
            heard(run, scheduled_id, at, details)
            world.heard.add((key, scheduled_id))
        world.restore(run)

    def events(
        self, key: int, first: int, last: int | None, *, limit: int = -1, newest_first: bool = False
    ) -> list[str]:
        """Read the texts of the events `first` to `last` (None: to the end), both inclusive."""
        if last is not None and limit > 0:
            page = (max(first, last - limit + 1), last)
            page = page if newest_first else (first, min(last, first + limit - 1))
            kept = self._tails.read(key, *page)
            if kept is not None:
                return kept[::-1] if newest_first else kept
        bound = 1 << 62 if last is None else last
        query = _EVENTS_DOWN if newest_first else _EVENTS_UP
        with self._guard():
            self._settle()
            return read_texts(self._connection.execute(query, (key, first, bound, limit)))

    def last_event(self, key: int) -> int:
        """The id of an execution's newest event."""
        kept = self._tails.last(key)
        if kept is not None:
            return kept
        query = "SELECT max(id) FROM events WHERE key = ?"
        with self._guard():
            self._settle()
            (last,) = self._connection.execute(query, (key,)).fetchone()
        return int(last)

    def find(self, run_id: str, now: int) -> Known | None:
        """Find an execution, open or closed, unless its retention has ended by `now`."""
        with self._guard():
            self._settle()
            row = self._connection.execute(
                "SELECT key, domain, workflow_id, description FROM executions WHERE run_id = ?"
                " AND (expires_at IS NULL OR expires_at > ?)",
                (run_id, now),
            ).fetchone()
        return Known(row[0], row[1], ExecutionId(row[2], run_id), row[3]) if row else None

    def list(
        self,
        wanted: Filter,
        now: int,
        *,
        after: tuple[int, int] | None,
        oldest_first: bool,
        limit: int,
    ) -> "list[tuple[int, int, str, str | None]]":
        """Read one page of executions: rows of (time, key, run id, description)."""
        query, values = listing.page(
            wanted, now, after=after, oldest_first=oldest_first, limit=limit
        )
        with self._guard():
            self._settle()
            return self._connection.execute(query, values).fetchall()

    def count(self, wanted: Filter, now: int) -> int:
        query, values = listing.count(wanted, now)
        with self._guard():
            self._settle()
            (number,) = self._connection.execute(query, values).fetchone()
        return int(number)

    def purge(self, now: int) -> bool:
        """Delete a slice of what has outlived its retention; true if there may be more."""
        with self._guard():
            if not has_expired(self._connection, now):
                return False
            self._begin()
            return purge_slice(self._connection, now)


def _refold(key: int, domain: str, id: ExecutionId, texts: "list[str]") -> Execution:
    """Make an open execution anew from its history."""
    run: Execution | None = None
    for text in texts:
        event = decode_event(text)
        if isinstance(event.attributes, WorkflowExecutionStarted):
            run = open_execution(key, domain, id, event.at, event.attributes)
        if run is not None:
            fold(run, event)
    if run is None:
        raise ValueError("it does not begin with its start")
    return run


__all__ = ["Filter", "Known", "Store", "StoreError"]
