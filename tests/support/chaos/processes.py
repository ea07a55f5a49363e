"""Processes as the chaos suite sees them: who came from a run, who lives, who was killed."""

import contextlib
import os
from pathlib import Path

MARKER = "FLOWY_CHAOS_MARKER"


def came_from(marker: str, also: str = "") -> dict[int, str]:
    """Pid and command line of every process whose environment holds the marker (and `also`)."""
    found = {}
    wanted = [f"{MARKER}={marker}".encode(), also.encode()]
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if not entry.name.isdecimal():
                continue
            environment = (entry / "environ").read_bytes()
            if all(text in environment for text in wanted):
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found[int(entry.name)] = line
    return found


def state_of(pid: int) -> str:
    """The kernel's letter for a process (`T`: stopped); X for one that is gone or a zombie."""
    try:
        letter = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "X"
    return "X" if letter == "Z" else letter


def send(pid: int, number: int) -> bool:
    """Send a signal; whether there was anybody."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False


def descriptors(pid: int) -> list[str]:
    """What the open files of a process are."""
    found = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            found.append(str(entry.readlink()))
    return sorted(found)


def threads(pid: int) -> int:
    """How many threads a process has."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))
