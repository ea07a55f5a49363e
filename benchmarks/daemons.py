"""The daemons that are measured, each in a directory of its own, with a plugin to go with it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flowyd.control import client
from flowyd.control.client import ControlError, NotRunning
from flowyd.control.status import Status, WorkerStatus

SECONDS = 120.0
PLUGIN = """
import time
from pathlib import Path
from flowy import ActivityProxy, Workflow, activity, workflow

@activity("Short", 1, "acts", lost=99)
def short(n):
    return n

@activity("Long", 1, "acts", lost=99)
def long(n):
    while not Path("go").exists():
        time.sleep(0.05)

@workflow("Fan", 1, "decs")
class Fan(Workflow):
    short = ActivityProxy("Short", 1)

    def run(self, width):
        return sum(each.result() for each in [self.short(n) for n in range(width)])

@workflow("Sleepy", 1, "decs")
class Sleepy(Workflow):
    long = ActivityProxy("Long", 1)

    def run(self, seconds):
        self.long(seconds).result()
"""
CONFIG = """
domain = "d"
[swf]
{swf}
[plugins]
enabled = {enabled}
modules = ["bench_plugin"]
[logs]
level = "warning"
[pools.acts]
kind = "activity"
processes = {processes}
[pools.decs]
kind = "decider"
processes = 2
"""
EMBEDDED = 'backend = "engine"'


def at(port: int) -> str:
    """The [swf] of a daemon whose engine is a process of ours."""
    address = f'region = "eu-west-1"\nendpoint_url = "http://127.0.0.1:{port}"'
    return f'backend = "aws"\n{address}'


class Daemon:
    """A running flowyd."""

    def __init__(self, directory: Path, process: subprocess.Popen[bytes]) -> None:
        self.directory = directory
        self.process = process
        self.run_dir = directory / "state" / "run"

    def status(self) -> Status:
        return client.status(self.run_dir)

    def workers(self, pool: str = "acts") -> list[WorkerStatus]:
        return next(each for each in self.status().pools if each.name == pool).workers

    def until(self, holds: Callable[[Status], object], pause: float = 0.005) -> Status:
        """Wait for a condition on the status, and look often."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(NotRunning, ControlError):
                status = self.status()
                if holds(status):
                    return status
            time.sleep(pause)
        raise TimeoutError((self.directory / "log").read_text()[-2000:])

    def release(self, addition: str = "") -> None:
        """Put another version of the plugin in place."""
        (self.directory / "bench_plugin.py").write_text(PLUGIN + addition)

    def reload(self) -> Callable[[Status], bool]:
        """Begin a reload; what tells whether it is over."""
        number = client.reload(self.run_dir)
        return lambda status: status.reload.done >= number


@contextmanager
def flowyd(
    directory: Path, swf: str, processes: int, enabled: tuple[str, ...] = ()
) -> Iterator[Daemon]:
    """A daemon that is ready."""
    directory.mkdir()
    text = CONFIG.format(swf=swf, processes=processes, enabled=list(enabled))
    (directory / "flowyd.toml").write_text(text)
    (directory / "bench_plugin.py").write_text(PLUGIN)
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    with (directory / "log").open("ab") as log:
        command = [sys.executable, "-m", "flowyd", "run"]
        process = subprocess.Popen(
            command, cwd=directory, stdout=log, stderr=log, env=os.environ | keys
        )
    daemon = Daemon(directory, process)
    try:
        daemon.until(lambda status: status.ready and status.state == "ok")
        yield daemon
    finally:
        for _ in range(3):
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
                break
