"""Checkpoints beside the engine's work: a thread that moves the log into the database."""

import sqlite3
import threading

EVERY = 4 << 20
"""Bytes of log between two checkpoints, roughly.

Few, for a log that begins anew is written over: while it grows, each sync costs nearly twice as
much (measured on ext4).
"""
_COMMIT = 8 * 4096
"""A commit writes whole pages: the ends of some tables and indexes, however little it says."""


class Checkpoints:
    """A thread with a connection of its own. The writer never waits for it.

    Under steady load the writer is always a few frames ahead of it, and the log could never begin
    anew: `finish` copies those few from the writer's side, once the thread has done the rest.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._written = 0
        self._wanted = threading.Event()
        self._nearly = threading.Event()
        self._stopped = False
        self._thread: threading.Thread | None = None

    def wrote(self, characters: int) -> None:
        """Count what a commit has written, and begin a checkpoint when it is time."""
        self._written += characters + _COMMIT
        if self._written < EVERY or self._path == ":memory:":
            return
        self._written = 0
        if self._thread is None:
            # On demand: a store that writes little has no thread.
            self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
            self._thread.start()
        self._wanted.set()

    def finish(self, connection: sqlite3.Connection) -> None:
        """Copy the last frames, if a checkpoint waits for that; between two transactions only."""
        if self._nearly.is_set():
            self._nearly.clear()
            _copy(connection)

    def stop(self) -> None:
        """End the thread, after the checkpoint that it may be at."""
        self._stopped = True
        self._wanted.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None)
        try:
            while self._wanted.wait() and not self._stopped:
                self._wanted.clear()
                if _copy(connection):
                    self._nearly.set()
        finally:
            connection.close()


def _copy(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    except sqlite3.Error:
        # A full disk, most likely: the log keeps everything, and a later turn tries again.
        return False
    return True
