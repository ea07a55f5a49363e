"""A real engine in a process of its own, for tests that need sockets or other processes."""

import subprocess
import sys
from threading import Thread
from typing import TYPE_CHECKING, Self
from uuid import uuid4

from flowy.errors import FlowyError

if TYPE_CHECKING:
    from flowy.client import Client

PATIENCE = 20.0
"""Seconds that an engine has to stop before it is killed."""


class EngineProcess:
    """`flowy engine` on a port that the kernel chose. Use it in a `with` block.

    `database` is a file, or ":memory:"; `url` is where it listens, for `endpoint_url`.
    """

    def __init__(self, database: str = ":memory:", *, hold: float = 1.0) -> None:
        self.url = ""
        self._command = [
            *(sys.executable, "-m", "flowy", "engine", "--db", database),
            *("--listen", "127.0.0.1:0", "--hold", str(hold)),
        ]
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self._process = process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.url, said = self._announced(process)
        if not self.url:
            process.communicate()  # it has ended: this waits for it and closes the pipe
            raise FlowyError(f"the engine did not start: {said}")
        # Somebody has to read what it writes: a full pipe would stop it.
        self._reader = Thread(target=process.stdout.read, daemon=True)  # type: ignore[union-attr]  # it is a pipe
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        process = self._process
        if process is None or process.stdout is None:
            return
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._reader.join()
        process.stdout.close()

    def client(self, domain: str | None = None) -> "Client":
        """A `flowy.Client` on a domain that is registered for it: a new one unless it is named."""
        from flowy.client import Client  # it loads boto3: only who asks pays

        made = Client(domain or f"domain-{uuid4()}", endpoint_url=self.url)
        made.swf.register_domain()
        return made

    @staticmethod
    def _announced(process: subprocess.Popen[str]) -> tuple[str, str]:
        """The URL in the line that an engine prints once it serves, and all that it said before."""
        said = ""
        for line in process.stdout or ():
            if line.startswith("listening on "):
                return line.split()[-1], said
            said += line
        return "", said
