"""Engines that die under load: starting them, loading them, and their end."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from crash_load import Load
from engine_process import eventually

SCRIPT = Path(__file__).parent / "doomed_engine.py"


class Stem:
    """The process that forks doomed engines."""

    def __init__(self, **environment: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | environment,
        )
        self._living: int | None = None

    def start(self, database: Path, **doom: Any) -> tuple[int, int]:
        """Start an engine; returns its port and pid."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"database": str(database), "doom": doom}) + "\n")
        self._process.stdin.flush()
        said = self._hear()
        self._living = said["pid"]
        return said["port"], said["pid"]

    def ended(self) -> int:
        """Wait for the engine's end; returns the signal that ended it, or 0."""
        status = self._hear()["ended"]
        self._living = None
        return -os.waitstatus_to_exitcode(status)

    def _hear(self) -> dict[str, int]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("{"), line
        said: dict[str, int] = json.loads(line)
        return said

    def close(self) -> None:
        """End it, and an engine that a failing test has left."""
        if self._living is not None:
            os.kill(self._living, signal.SIGKILL)
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)
        assert self._process.stdout is not None
        self._process.stdout.close()


def register(stem: Stem, database: Path, load: Load) -> None:
    """Make the file, in an engine that ends kindly."""
    port, pid = stem.start(database)
    load.register(port)
    os.kill(pid, signal.SIGTERM)
    assert stem.ended() == 0


def kill(stem: Stem, database: Path, load: Load, **doom: Any) -> None:
    """One life of an engine: load it until it dies of its doom or by our hand."""
    port, pid = stem.start(database, **doom)
    before = load.calls
    threads = load.run(port)
    if not {"statement", "answer"} & set(doom):
        eventually(lambda: load.calls - before >= doom.get("calls", 1), 20)
        os.kill(pid, signal.SIGKILL)
    assert stem.ended() == signal.SIGKILL
    for thread in threads:
        thread.join(20)
