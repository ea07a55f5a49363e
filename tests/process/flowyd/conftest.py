"""A real daemon per test, in `tmp_path`, whose every process the test ends."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from flowyd.control import client
from flowyd.control.client import ControlError, NotRunning
from flowyd.control.status import ChildStatus, PoolStatus, Status, WorkerStatus

DEADLINE = 40.0
PLUGIN = '''
import os, subprocess, threading
from pathlib import Path
from flowy import Activity, ActivityProxy, Workflow, activity, workflow

@activity("Double", 1, "acts")
def double(x):
    return 2 * x

@activity("Hang", 1, "acts")
def hang(directory):
    """Works until the file `go` is there, with a process of its own beside it."""
    child = subprocess.Popen(["sleep", "1000"])
    Path(directory, "began").write_text(str(os.getpid()))
    while not Path(directory, "go").exists():
        threading.Event().wait(0.02)
    child.kill(), child.wait()
    Path(directory, "done").touch()

@workflow("Twice", 1, "decs")
class Twice(Workflow):
    double = ActivityProxy("Double", 1)

    def run(self, x):
        return self.double(self.double(x)).result()

@workflow("Hanging", 1, "decs")
class Hanging(Workflow):
    hang = ActivityProxy("Hang", 1)

    def run(self, directory):
        return self.hang(directory).result()
'''
CONFIG = """
domain = "tests"
[plugins]
enabled = []
modules = ["sample_plugin"]
[pools.acts]
kind = "activity"
processes = {processes}
{acts}
[pools.decs]
kind = "decider"
{more}
"""


@dataclass
class Daemon:
    """A running flowyd."""

    directory: Path
    process: subprocess.Popen[bytes]
    marker: str

    @property
    def run_dir(self) -> Path:
        return self.directory / "state" / "run"

    @property
    def log(self) -> str:
        return (self.directory / "log").read_text()

    def status(self) -> Status:
        return client.status(self.run_dir)

    def pool(self, name: str) -> PoolStatus:
        return next(pool for pool in self.status().pools if pool.name == name)

    def child(self, name: str) -> ChildStatus:
        return next(child for child in self.status().children if child.name == name)

    def workers(self, pool: str = "acts") -> list[WorkerStatus]:
        return self.pool(pool).workers

    def until(self, what: str, holds: Callable[[Status], object]) -> Status:
        """Wait for a condition on the status."""
        found: list[Status] = []

        def look() -> bool:
            with contextlib.suppress(NotRunning, ControlError):
                found[:] = [self.status()]
                return bool(holds(found[0]))
            return False

        wait_for(what, look, lambda: f"{found}\n{self.log}")
        return found[0]

    def until_ready(self) -> Status:
        return self.until("the daemon is ok", lambda s: s.state == "ok" and s.ready)

    def eventually(self, what: str, holds: Callable[[], object]) -> None:
        """Wait for a condition on something else."""
        wait_for(what, lambda: bool(holds()), lambda: f"{self.left_behind()}\n{self.log}")

    def wait(self) -> int:
        """Wait for the daemon's own end."""
        return self.process.wait(DEADLINE)

    def flowyd(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run_module("flowyd", self.directory, *arguments)

    def flowy(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run_module("flowy", self.directory, *arguments)

    def left_behind(self) -> list[str]:
        """The command lines of all processes that came from this daemon."""
        return [
            cmdline
            for pid, cmdline in processes_with(self.marker)
            if pid != self.process.pid or self.process.poll() is None
        ]


def processes_with(marker: str) -> list[tuple[int, str]]:
    """Pid and command line of every process whose environment holds the marker."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdecimal() and marker.encode() in (entry / "environ").read_bytes():
                cmdline = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found.append((int(entry.name), cmdline))
    return found


def wait_for(what: str, holds: Callable[[], bool], detail: Callable[[], str] = str) -> None:
    """Look again and again, until a deadline."""
    pause = threading.Event()
    deadline = time.monotonic() + DEADLINE
    while not holds():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {DEADLINE} s: {what}\n{detail()}")
        pause.wait(0.03)


def run_module(module: str, directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def write_files(
    directory: Path, *, processes: int = 2, acts: str = "", more: str = "", plugin: str = PLUGIN
) -> None:
    """A configuration and a plugin to go with it."""
    (directory / "flowyd.toml").write_text(CONFIG.format(processes=processes, acts=acts, more=more))
    (directory / "sample_plugin.py").write_text(plugin)


Launch = Callable[..., Daemon]


@pytest.fixture
def sample_plugin() -> str:
    """The source of the plugin that daemons load unless told otherwise."""
    return PLUGIN


@contextlib.contextmanager
def launching(directory: Path) -> Iterator[Launch]:
    """Starts daemons in a directory; at the end each of their processes is ended by its pid."""
    started: list[Daemon] = []

    def start(*command: str, **files: object) -> Daemon:
        if not started:
            write_files(directory, **files)  # type: ignore[arg-type]  # write_files' options
        marker = f"FLOWY_TEST_MARKER={uuid.uuid4()}"
        name, value = marker.split("=")
        with (directory / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "flowyd", *(command or ("run",))],
                cwd=directory,
                stdout=log,
                stderr=log,
                env={**os.environ, name: value},
            )
        started.append(Daemon(directory, process, marker))
        return started[-1]

    try:
        yield start
    finally:
        for daemon in started:
            finish(daemon)


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """Starts daemons that are the test's own."""
    with launching(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def shared_daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon that is ok, for those tests of a module that leave it as they found it."""
    with launching(tmp_path_factory.mktemp("shared")) as start:
        started = start()
        started.until_ready()
        yield started


@pytest.fixture
def flowyd(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a subcommand to its end."""
    return lambda *arguments: run_module("flowyd", tmp_path, *arguments)


@pytest.fixture
def daemon(launch: Launch) -> Daemon:
    """A daemon that is ok."""
    started = launch()
    started.until_ready()
    return started


def finish(daemon: Daemon) -> None:
    """End a daemon and whatever is left of it."""
    for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
        if daemon.process.poll() is None:
            daemon.process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                daemon.process.wait(3)
    for pid, _ in processes_with(daemon.marker):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
