"""The engine of a chaos run: a process of its own, at one address, on one file, faulty at will."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event
from typing import Any

HOLD = 5
"""Seconds that an empty poll is held, and a ghost lasts."""


class Engine:
    """The harness is its supervisor: `start` it again after its end."""

    def __init__(self, directory: Path, environment: dict[str, str]) -> None:
        self.directory = directory
        self.port = 0
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._faults = directory / "faults.json"
        self._log = directory.parent / "engine.log"
        self.inject()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait until it says where it serves."""
        said = self._log.stat().st_size if self._log.exists() else 0
        options = ["--db", str(self.directory / "engine.db"), "--faults", str(self._faults)]
        listen = ["--listen", f"127.0.0.1:{self.port}", "--hold", str(HOLD)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flowy", "engine", *options, *listen],
                stdout=log,
                stderr=log,
                env=self._environment,
            )
        self._wait_for_address(said)

    def _wait_for_address(self, said: int) -> None:
        assert self._process is not None
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self._process.poll() is None:
            with self._log.open() as log:
                log.seek(said)
                for line in log:
                    if line.startswith("listening on http://") and line.endswith("\n"):
                        self.port = int(line.rpartition(":")[2])
                        return
            Event().wait(0.02)
        raise AssertionError(f"the engine does not serve:\n{self._log.read_text()[-2000:]}")

    def kill(self) -> None:
        """End it as a crash does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """End it kindly; its exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(30)

    def inject(self, *rules: dict[str, Any]) -> None:
        """Have faults from now on; nothing: none."""
        new = self._faults.with_suffix(".new.json")
        new.write_text(json.dumps({"rule": rules}))
        new.replace(self._faults)
