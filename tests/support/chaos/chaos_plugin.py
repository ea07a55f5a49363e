"""The plugin of the chaos suite: its activities keep a ledger, its workers say what they do.

It is copied beside each daemon's configuration, with the number of its generation in place.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flowy import ActivityProxy, Workflow, activity, current_task, hookimpl, workflow

GENERATION = 0
HOME = Path(os.environ["FLOWY_CHAOS"])
HOST = os.environ["FLOWY_CHAOS_HOST"]
TIMES = {"heartbeat": 10, "auto_heartbeat": True, "start_to_close": 60, "lost": 50}
DECIDING = 0.02
"""Seconds that a decision takes at least: else nobody would ever meet a running one."""
NOW: dict[str, Any] = {}


def note(line: str) -> None:
    """Append a line to the ledger, in one write: readers see it whole or not at all."""
    ledger = os.open(HOME / "ledger", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(ledger, f"{line}\n".encode())
    finally:
        os.close(ledger)


def say(doing: str) -> None:
    """Tell the suite what this process does: it may be stopped at any moment, and looked at."""
    os.pwrite(NOW["file"], f"{HOST} {NOW['kind']} {doing:<8}\n".encode(), 0)


@hookimpl
def flowy_worker_start(worker: Any) -> None:
    """Open the place where this worker says what it does."""
    place = HOME / "now" / str(os.getpid())
    NOW.update(kind=worker.kind, file=os.open(place, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC))
    say("polls")


@hookimpl
@contextmanager
def flowy_task(task: Any) -> Iterator[None]:
    """Say what is worked on, while it is."""
    say("busy")
    if task.kind == "decision":
        time.sleep(DECIDING)
    try:
        yield
    finally:
        say("polls")


@contextmanager
def noted(what: str) -> Iterator[str]:
    """The lines of one attempt: its begin, and its end."""
    task = current_task().task
    name = f"{what} {task.execution.workflow_id} {task.id} {task.attempt} {os.getpid()}"
    note(f"begin {name} {time.monotonic()}")
    yield name
    note(f"end {name} {time.monotonic()}")


@activity("Short", 1, "chaos_activities", **TIMES)
def short(number: int) -> int:
    """Most activities: over in a moment."""
    with noted("short"):
        time.sleep(0.01)
    return number


@activity("Long", 1, "chaos_activities", **TIMES)
def long(number: int) -> int:
    """One that lasts, so that there is somebody to be killed at work."""
    with noted("long"):
        time.sleep(0.5)
    return number


@activity("Family", 1, "chaos_activities", **TIMES)
def family(number: int) -> int:
    """One with a process of its own, which writes into the ledger for as long as it lives."""
    with noted("family") as name:
        line = f"tick {name} $(cut -d' ' -f1 /proc/uptime)"
        script = f'while echo "{line}" >> "{HOME}/ledger"; do sleep 0.05; done'
        helper = subprocess.Popen(["sh", "-c", script])
        time.sleep(0.4)
        helper.kill()
        helper.wait()
    return number


@workflow("Chaos", 1, "chaos_decisions", task_start_to_close=5)
class Chaos(Workflow):
    """Ten activities, some side by side, some one after the other."""

    short = ActivityProxy("Short", 1)
    long = ActivityProxy("Long", 1)
    family = ActivityProxy("Family", 1)

    def run(self, seed: int) -> int:
        """The sum of what its activities return."""
        first = [self.short(seed + n) for n in range(4)]
        total = sum(each.result() for each in first)
        last = self.family if seed % 3 else self.long
        middle = last(seed + 4)
        for n in (5, 6):
            total += self.short(seed + n).result()
        total += middle.result()
        return total + sum(each.result() for each in [self.short(seed + n) for n in (7, 8, 9)])
