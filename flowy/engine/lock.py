"""One engine per file: a lock beside it, which tells who has it.

An orphan (an engine whose supervisor died) serves on for its last clients, and makes way for a
successor that asks: that one listens at the same address, so that the clients lose nothing.
"""

import contextlib
import os
import signal
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


def hold_lock(
    database: str, patience: float = PATIENCE, *, take_over: bool = False
) -> IO[bytes] | None:
    """Lock `database` for this process; the lock ends when the returned file is closed.

    With `take_over` an orphan that has it is asked to end.

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
    pause, asked = threading.Event(), False
    while not _try_lock(file):
        if time.monotonic() > deadline:
            file.close()
            raise StoreError(
                f"another engine uses {database}", hint="stop it, or name another file"
            )
        if take_over and not asked:
            asked = ask_orphan(path)
        pause.wait(_BETWEEN)
    note(file, "serving")
    return file


def note(file: IO[bytes], word: str) -> None:
    """Write into the lock's file who has it, and as what: `serving` or `orphan`."""
    file.truncate(0)
    file.write(f"{os.getpid()} {word}\n".encode())
    file.flush()


def ask_orphan(path: Path) -> bool:
    """Ask the orphan that has the lock to end; False: it is none."""
    pid, _, word = path.read_text(encoding="utf-8", errors="replace").strip().partition(" ")
    if word != "orphan" or not pid.isdigit():
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(int(pid), signal.SIGTERM)
    return True
