"""One flowyd of a chaos run, started again after its end as systemd would."""

import contextlib
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

from flowyd.control import client
from flowyd.control.client import ControlError, NotRunning
from flowyd.control.status import Status

SECONDS = 60.0
PLUGIN = Path(__file__).with_name("chaos_plugin.py")
CONFIG = """
domain = "chaos"
[swf]
backend = "aws"
region = "eu-west-1"
endpoint_url = "http://127.0.0.1:{port}"
[plugins]
enabled = []
modules = ["chaos_plugin"]
[logs]
format = "console"
[pools.chaos_activities]
kind = "activity"
processes = {activities}
max_tasks = {max_tasks}
"""
DECIDERS = """
[pools.chaos_decisions]
kind = "decider"
processes = {deciders}
"""


class Host:
    """A directory with a configuration, a plugin, a state; and the daemon that works there."""

    def __init__(self, name: str, directory: Path, environment: dict[str, str]) -> None:
        self.name = name
        self.directory = directory
        self.life = 0
        self.environment = environment | {"FLOWY_CHAOS_HOST": name}
        self.process: subprocess.Popen[bytes] | None = None
        (directory / "state").mkdir(parents=True)

    def configure(self, port: int, *, activities: int, deciders: int, max_tasks: int) -> None:
        """Write what the daemon reads at its start and at each reload."""
        text = CONFIG.format(port=port, activities=activities, max_tasks=max_tasks)
        if deciders:
            text += DECIDERS.format(deciders=deciders)
        (self.directory / "flowyd.toml").write_text(text)
        self.release(1)

    def release(self, generation: int, *, broken: bool = False) -> None:
        """Put another version of the plugin in place, by a rename as a deploy does."""
        text = re.sub(r"GENERATION = \d+", f"GENERATION = {generation}", PLUGIN.read_text())
        new = self.directory / "chaos_plugin.new"
        new.write_text(text + ("raise RuntimeError('a bad release')\n" if broken else ""))
        new.replace(self.directory / "chaos_plugin.py")

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def run_dir(self) -> Path:
        return self.directory / "state" / "run"

    def start(self) -> None:
        """Start the daemon."""
        self.life += 1
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flowyd", "run"],
                cwd=self.directory,
                stdout=log,
                stderr=log,
                env=self.environment,
            )

    def kill(self) -> None:
        """End the supervisor, and nobody else."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Stop the daemon kindly; its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)

    def status(self) -> Status | None:
        """What the daemon says, if it can be asked now."""
        with contextlib.suppress(NotRunning, ControlError):
            return client.status(self.run_dir)
        return None

    def metrics(self) -> str | None:
        """What the daemon counts, if it can be asked now."""
        with contextlib.suppress(NotRunning, ControlError):
            return client.metrics(self.run_dir)
        return None

    def reload(self) -> int | None:
        """Begin a reload; its number, if the daemon can be asked now."""
        with contextlib.suppress(NotRunning, ControlError):
            return client.reload(self.run_dir)
        return None

    @property
    def reloading(self) -> bool:
        """Whether a generation is on its way in, or an old one on its way out."""
        status = self.status()
        if status is None:
            return False
        generations = [child for child in status.children if child.name.startswith("zygote")]
        return bool(status.reload.stage) or len(generations) > 1

    def reloaded(self, number: int) -> bool:
        """Whether that reload is over."""
        status = self.status()
        return status is not None and status.reload.done >= number

    def children(self, name: str) -> list[int]:
        """The pids of the living children whose names begin so."""
        status = self.status()
        found = [child for child in status.children if child.pid] if status else []
        return [child.pid or 0 for child in found if child.name.startswith(name)]

    def until(self, what: str, holds: Callable[[Status], bool]) -> Status:
        """Wait for a condition on the status."""
        deadline, status = time.monotonic() + SECONDS, None
        while time.monotonic() < deadline and self.is_running:
            status = self.status()
            if status is not None and holds(status):
                return status
            Event().wait(0.05)
        raise AssertionError(
            f"{self.name}: not within {SECONDS} s: {what}\n{status}\n{self.tail()}"
        )

    def until_ready(self) -> Status:
        """Wait until it works."""
        return self.until("it is ok", lambda status: status.ready and status.state == "ok")

    def tail(self) -> str:
        """The end of its log."""
        return (self.directory / "log").read_text(errors="replace")[-3000:]
