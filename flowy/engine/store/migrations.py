"""From older schemas to the present one: a step for each version, all in one transaction."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

Step = Callable[[sqlite3.Connection], None]

STEPS: dict[int, Step] = {}
"""The step that leads from a version to the next one. The first version is 1: nothing to do yet."""


def migrate(
    connection: sqlite3.Connection, path: str, version: int, steps: Mapping[int, Step]
) -> None:
    """Bring a file to `version`; a copy of what it was stays beside it as `FILE.v1.bak`.

    Raises:
        sqlite3.Error: and the file is as it was before.
    """
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found in (0, version):
        return  # 0 is a file that has no tables yet
    copy(connection, Path(f"{path}.v{found}.bak"))
    connection.execute("BEGIN IMMEDIATE")
    try:
        for number in range(found, version):
            steps[number](connection)
        connection.execute(f"PRAGMA user_version = {version}")
    except BaseException:
        connection.rollback()
        raise
    connection.execute("COMMIT")


def copy(connection: sqlite3.Connection, destination: Path) -> None:
    """Copy a database as it is at this moment; under its name the copy is there as a whole.

    Raises:
        sqlite3.Error: the copy cannot be written.
    """
    partial = Path(f"{destination}.partial")
    partial.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(partial, isolation_level=None)) as target:
            # In one step: one that pauses begins again whenever somebody writes.
            connection.backup(target)
            # Else the copy would want files beside it.
            target.execute("PRAGMA journal_mode = DELETE")
        partial.replace(destination)
    finally:
        partial.unlink(missing_ok=True)
