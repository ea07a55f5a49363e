"""One daemon per state_dir: a lock that the kernel frees when its holder dies, however it dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flowy.errors import FlowyError


class Locked(FlowyError):
    """Another flowyd works on this state_dir."""


@contextmanager
def locked(state_dir: Path) -> Iterator[None]:
    """Hold the lock of a state_dir, which is made if it is missing.

    Raises:
        Locked: if another process holds it.
        OSError: if the directory cannot be made or written.
    """
    state_dir.mkdir(parents=True, exist_ok=True)
    path = state_dir / "lock"
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(fd, 32, 0).decode().strip() or "unknown"
            hint = "`flowyd status` tells about it; every daemon needs a state_dir of its own"
            raise Locked(f"another flowyd (pid {holder}) runs at {state_dir}", hint=hint) from error
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(fd)
