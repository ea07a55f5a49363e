"""Where a worker's threads are, without an end to it: SIGUSR1 makes it write that to its memory.

faulthandler writes from the signal's handler itself, so also while a call holds the GIL. The file
has no name; its owner's parent reads it through /proc. A stopped process writes once it goes on.
"""

import contextlib
import faulthandler
import fcntl
import os
import signal
from pathlib import Path

NAME = "flowyd-stacks"
SIGNAL = signal.SIGUSR1
LONGEST = 32_768
"""Bytes that are read of one worker: some hundred frames."""


def offer() -> None:
    """In a worker: write all stacks at SIGUSR1 from now on."""
    fd = os.memfd_create(NAME)
    # Appended, so that who reads may empty it.
    fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_APPEND)
    faulthandler.register(SIGNAL, fd, all_threads=True, chain=False)


def request(pid: int) -> None:
    """Have a child of ours write its stacks anew; one that does not offer them is left alone."""
    path = file_of(pid)
    if path is not None:
        with contextlib.suppress(OSError):  # it ends at this moment
            os.truncate(path, 0)
            os.kill(pid, SIGNAL)


def read(pid: int) -> str:
    """What it has written since; empty as long as there is nothing."""
    path = file_of(pid)
    if path is None:
        return ""
    with contextlib.suppress(OSError), path.open("rb") as file:
        return file.read(LONGEST).decode(errors="replace")
    return ""


def file_of(pid: int) -> Path | None:
    """The file of a process, if it offers one."""
    with contextlib.suppress(OSError):
        for path in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if path.readlink().name.startswith(f"memfd:{NAME}"):
                    return path
    return None


def condition(pid: int) -> str:
    """What the kernel says of it: "S (sleeping)", "T (stopped)"; empty if it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("State:"):
                return line.removeprefix("State:").strip()
    return ""
