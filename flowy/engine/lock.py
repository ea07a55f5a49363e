"""One engine per file: a lock beside it."""

import sys
import threading
import time
from pathlib import Path
from typing import IO

from flowy.engine.store import StoreError

PATIENCE = 10.0
"""Seconds that a new engine waits for its predecessor, which may be finishing."""
_BETWEEN = 0.05


def _try_lock(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt  # Windows' own; elsewhere it does not exist

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # does not exist on Windows

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def hold_lock(database: str, patience: float = PATIENCE) -> IO[bytes] | None:
    """Lock `database` for this process; the lock ends when the returned file is closed.

    Raises:
        StoreError: if another engine still has it after `patience` seconds.
    """
    if database == ":memory:":
        return None
    path = Path(f"{database}.lock")
    try:
        file = path.open("ab")
    except OSError as error:
        raise StoreError(f"cannot open {path}: {error.strerror}") from error
    deadline = time.monotonic() + patience
    pause = threading.Event()
    while not _try_lock(file):
        if time.monotonic() > deadline:
            file.close()
            raise StoreError(
                f"another engine uses {database}", hint="stop it, or name another file"
            )
        pause.wait(_BETWEEN)
    return file
