"""What is left of a worker that no supervisor reaps."""

import contextlib
import os
import signal
from pathlib import Path


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not, nor does pid 0: it was never born."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


def end_group(pid: int) -> None:
    """Kill what a dead worker started: it led a group of its own."""
    if pid > 1:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
