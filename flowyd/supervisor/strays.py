"""Processes that left the group of the worker that started them: they end with it all the same.

A worker marks its environment, so what it starts carries its name; once it is dead, such processes
are the supervisor's children, since it is a subreaper. One with an environment of its own is found
at the daemon's end only, or in a cgroup per worker.
"""

import contextlib
import os
import signal
import time
from collections.abc import Container, Iterator
from pathlib import Path

from flowyd.supervisor.cgroups import Cgroups
from flowyd.supervisor.orders import WorkerId

VARIABLE = "FLOWYD_WORKER"
SECONDS = 5.0
"""How long after a worker's end its strays are looked for: they come one after the other."""


def mark(supervisor: int, worker: WorkerId) -> str:
    """The value of the variable in a worker: no two workers of a host have the same."""
    return f"{supervisor}:{worker}"


class Strays:
    """Those of this process's workers that died lately."""

    def __init__(self, cgroups: Cgroups) -> None:
        self._dead: dict[bytes, float] = {}
        self._cgroups = cgroups

    def room(self, worker: WorkerId) -> str | None:
        """The cgroup that a new worker shall go into, if there is one."""
        return self._cgroups.make(mark(os.getpid(), worker))

    def died(self, worker: WorkerId) -> None:
        """A worker is gone: look for what it left."""
        entry = f"{VARIABLE}={mark(os.getpid(), worker)}".encode()
        self._dead[entry] = time.monotonic() + SECONDS
        self._cgroups.end(mark(os.getpid(), worker))

    def close(self) -> None:
        """Remove the cgroups of all that are gone; nobody is left now."""
        self._cgroups.sweep()

    def sweep(self, known: Container[int]) -> None:
        """Kill what is left of the dead among our children, but for those that are `known`."""
        self._cgroups.sweep()
        now = time.monotonic()
        self._dead = {entry: until for entry, until in self._dead.items() if until > now}
        for pid in children() if self._dead else ():
            if pid not in known and not self._dead.keys().isdisjoint(environment(pid)):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)


def children() -> Iterator[int]:
    """The pids of this process's children, whoever started them."""
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):
            yield from map(int, (task / "children").read_text(encoding="ascii").split())


def environment(pid: int) -> list[bytes]:
    """The environment that a process was started with."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return []
