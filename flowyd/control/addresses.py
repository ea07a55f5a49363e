"""Where the sockets are, and a way around the length that a socket's path may have."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STATUS = "status.sock"
CTL = "ctl.sock"


@contextmanager
def short_path(directory: Path, name: str) -> Iterator[str]:
    """A path of the socket that fits into the 107 bytes of `sockaddr_un`, however deep it lies."""
    fd = os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{fd}/{name}"
    finally:
        os.close(fd)
