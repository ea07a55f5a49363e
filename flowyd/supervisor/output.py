"""The standard output of a supervised child: where it serves, then lines for the log."""

import os
from collections.abc import Callable
from typing import IO

import structlog

LISTENING = b"listening on "
LONGEST = 1 << 16
_log = structlog.get_logger()


class Output:
    """A pipe that does not block. `announce` gets the URL of the line `listening on URL`."""

    def __init__(self, pipe: IO[bytes], announce: Callable[[str], None], name: str) -> None:
        self._pipe = pipe
        self._announce = announce
        self._name = name
        self._rest = b""

    def fileno(self) -> int:
        """For selectors."""
        return self._pipe.fileno()

    def read(self) -> bool:
        """Handle what is there; False at the end."""
        try:
            chunk = os.read(self.fileno(), LONGEST)
        except BlockingIOError:
            return True
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        self._rest = self._rest[-LONGEST:]
        for line in lines:
            self._handle(line.strip())
        return bool(chunk)

    def _handle(self, line: bytes) -> None:
        text = line.decode(errors="replace")
        if line.startswith(LISTENING):
            self._announce(text.removeprefix(LISTENING.decode()))
        elif line:
            _log.info("output", child=self._name, line=text)

    def close(self) -> None:
        """Close the pipe."""
        self._pipe.close()
