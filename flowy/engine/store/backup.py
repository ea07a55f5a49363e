"""Copying an engine's file while the engine goes on."""

import sqlite3
from contextlib import closing
from pathlib import Path

from flowy.engine.store.migrations import copy
from flowy.engine.store.schema import StoreError, open_to_read


def backup(path: Path, destination: Path) -> None:
    """Copy the file at `path`, as it is at this moment, to a new file.

    Raises:
        StoreError: if it is no engine's file, or the copy cannot be written.
    """
    if destination.exists():
        raise StoreError(f"{destination} is there already", hint="name a new file")
    try:
        with closing(open_to_read(path)) as connection:
            copy(connection, destination)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"cannot copy {path} to {destination}: {error}") from error
