"""Giving back the space that deleted executions left in an engine's file."""

import sqlite3
from contextlib import closing
from pathlib import Path

from flowy.engine.store.schema import StoreError, open_to_read


def vacuum(path: Path) -> None:
    """Write the file anew without its gaps. No engine may use it: the caller holds its lock.

    Raises:
        StoreError: if it is no engine's file, or there is no space for the second copy.
    """
    try:
        open_to_read(path).close()
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise StoreError(f"cannot vacuum {path}: {error}") from error
