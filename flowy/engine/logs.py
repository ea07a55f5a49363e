"""What the engine writes to standard error: what it has to say, and its access log."""

import time
from datetime import UTC, datetime
from typing import BinaryIO

import msgspec
from msgspec import Struct


class Entry(Struct, frozen=True, omit_defaults=True):
    """One request that has ended. `result` is as in the metrics, `seconds` what it took."""

    at: str
    client: str
    operation: str
    result: str
    seconds: float
    status: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    access_key: str = ""
    request_id: str = ""


def timestamp(seconds: float) -> str:
    """Write a time since the epoch as the log shows it, in UTC."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


class Saying(Struct, frozen=True):
    """Something that the engine has to say, among the entries of an access log."""

    at: str
    message: str


class Logs:
    """Writes until nobody reads any more: a closed log must not end the engine.

    With `access` there is a line of JSON for each request, and the engine's own words are lines
    of JSON, too.
    """

    def __init__(self, stream: BinaryIO, *, access: bool = False) -> None:
        self._stream: BinaryIO | None = stream
        self._access = access

    def entered(self, entry: Entry) -> None:
        """Write an access log's line."""
        self._write(msgspec.json.encode(entry))

    def say(self, text: str) -> None:
        """Write a line for the person who runs the engine."""
        if self._access:
            self._write(msgspec.json.encode(Saying(timestamp(time.time()), text)))
        else:
            self._write(f"flowy engine: {text}".encode())

    def _write(self, line: bytes) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(line + b"\n")
            self._stream.flush()
        except OSError:
            self._stream = None
