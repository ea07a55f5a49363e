"""The access log: a line of JSON for each request, on standard error."""

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


class AccessLog:
    """Writes entries until nobody reads them any more: a closed log must not end the engine."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream: BinaryIO | None = stream

    def write(self, entry: Entry) -> None:
        """Write one line."""
        if self._stream is None:
            return
        try:
            self._stream.write(msgspec.json.encode(entry) + b"\n")
            self._stream.flush()
        except OSError:
            self._stream = None
