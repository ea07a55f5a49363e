"""The flowyd that the demo runs on: one that is there already, or one of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flowy.cli.target import tables

START = 60.0
"""Seconds until flowyd must be ready: it loads plugins, starts its engine and registers types."""

STOP = 60.0
"""Seconds that flowyd may take to stop: its workers finish what they do."""

LOOK = 0.25
"""Seconds between two looks."""


class NotReady(Exception):
    """flowyd did not get ready. The message holds the end of its log."""


def state_dir(config: Path) -> Path:
    """Where that flowyd keeps its state: relative to its configuration.

    Raises:
        TargetError: if the configuration cannot be read.
    """
    top, _ = tables(config, os.environ)
    return (config.parent / str(top.get("state_dir", "state"))).resolve()


@contextmanager
def running(config: Path) -> Iterator[bool]:
    """Have a flowyd that is ready; gives whether it was started for this. That one is stopped.

    Raises:
        NotReady: if it stops by itself or is not ready in time.
    """
    if ready(config):
        yield False
        return
    log = state_dir(config) / "demo.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        start = output.tell()
        # In a session of its own: Ctrl-C is the demo's, which then stops flowyd in good order.
        process = subprocess.Popen(
            [sys.executable, "-m", "flowyd", "dev", "--config", str(config)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_ready(config, process, log, start)
        yield True
    finally:
        stop(process)


def ready(config: Path) -> bool:
    """Whether a flowyd with this configuration runs and has all its workers."""
    command = [sys.executable, "-m", "flowyd", "status", "--json", "--config", str(config)]
    said = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    try:
        return bool(json.loads(said.stdout)["ready"])
    except (ValueError, KeyError, TypeError):
        return False


def wait_until_ready(config: Path, process: subprocess.Popen[bytes], log: Path, start: int) -> None:
    """Return once flowyd is ready; `start` is where its own part of the log begins.

    Raises:
        NotReady: if it ends before, or takes too long.
    """
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        if ended(process, LOOK):
            said = f"flowyd ended with exit code {process.returncode}"
            raise NotReady(f"{said}; the end of {log}:\n{tail(log, start)}")
        if ready(config):
            return
    raise NotReady(f"flowyd was not ready in time; the end of {log}:\n{tail(log, start)}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop flowyd in good order; one that does not stop in time is killed."""
    process.terminate()
    if not ended(process, STOP):
        process.kill()
        process.wait()


def ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether the process ends within so many seconds."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def tail(log: Path, start: int, lines: int = 30) -> str:
    """The last lines of the log, from byte `start` on."""
    text = log.read_bytes()[start:].decode(errors="replace")
    return "\n".join(text.splitlines()[-lines:]) or "(nothing)"
