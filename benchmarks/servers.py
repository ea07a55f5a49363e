"""The servers that are measured, each in its own process."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from wire import Client

DOMAIN = "d"


class Server:
    """A running server: where it listens, and what CPU time it has used."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.port = port
        self._process = psutil.Process(process.pid)

    def cpu(self) -> float:
        """Seconds of CPU time since it began."""
        times = self._process.cpu_times()
        return times.user + times.system

    def memory(self) -> int:
        """Resident bytes."""
        return int(self._process.memory_info().rss)

    def client(self) -> Client:
        return Client(self.port)


@contextmanager
def engine(database: Path | str) -> Iterator[Server]:
    """The engine on `database`."""
    command = [sys.executable, "-m", "flowy", "engine", "--db", str(database)]
    with _ended(
        subprocess.Popen([*command, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    ) as process:
        assert process.stdout is not None
        yield Server(process, int(process.stdout.readline().rpartition(":")[2]))


@contextmanager
def moto() -> Iterator[Server]:
    """The yardstick: moto's server, which keeps everything in memory."""
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore"},
    )
    with _ended(process):
        yield Server(process, _listening(process.pid))


@contextmanager
def _ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _listening(pid: int) -> int:
    """The port that a process listens on, once it does."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for connection in psutil.Process(pid).net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN:
                return int(connection.laddr.port)
        time.sleep(0.1)
    raise TimeoutError(f"process {pid} does not listen")


def register(client: Any) -> None:
    """Register what the workloads use."""
    client.call("RegisterDomain", name=DOMAIN, workflowExecutionRetentionPeriodInDays="1")
    client.call(
        "RegisterWorkflowType",
        domain=DOMAIN,
        name="Flow",
        version="1",
        defaultTaskStartToCloseTimeout="60",
        defaultExecutionStartToCloseTimeout="3600",
        defaultTaskList={"name": "decisions"},
        defaultChildPolicy="TERMINATE",
    )
    client.call("RegisterActivityType", domain=DOMAIN, name="Add", version="1")
