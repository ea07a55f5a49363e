"""The engine in this process: its real service over a database in memory, without a socket."""

from typing import Any

import msgspec
import structlog

from flowy.engine.core.settings import Settings
from flowy.engine.core.task_lists import Place
from flowy.engine.polls import Presence
from flowy.engine.run_ids import RunIds
from flowy.engine.service import Service
from flowy.engine.store import Store
from flowy.swf.faults import error_of
from flowy.testing.clock import VirtualClock

_log = structlog.get_logger()

REGION = "us-east-1"


class _Caller:
    """Who waits for one answer."""

    status = 0
    body = b""

    def presence(self) -> Presence:
        return "here"

    def answer(self, status: int, body: bytes) -> None:
        self.status, self.body = status, body


class MemoryEngine:
    """An engine whose calls are answered at once; an empty poll is not held at all.

    `seed` makes the runIds: the same ones in each test run.
    """

    def __init__(self, clock: VirtualClock, seed: int, settings: Settings) -> None:
        self._service = Service(
            Store(":memory:"),
            msgspec.structs.replace(settings, hold_ms=0),
            RunIds(f"flowy.testing {seed}".encode()),
            lambda text: _log.error("the engine failed", why=text),
            clock,
        )

    def answer(self, operation: str, body: bytes, region: str = REGION) -> tuple[int, bytes]:
        """Carry one request out: HTTP's status and the body, as a client would get them."""
        caller = _Caller()
        self._service.call(operation, body, caller, region)
        self._service.flush()
        return caller.status, caller.body

    def request(self, operation: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """Carry one operation out.

        Raises:
            ServiceError: when it is refused.
        """
        status, body = self.answer(operation, msgspec.json.encode(wanted))
        told: dict[str, Any] = msgspec.json.decode(body) if body else {}
        if status != 200:
            raise error_of(told["__type"].rpartition("#")[2], told.get("message", ""), status)
        return told

    def flush(self) -> None:
        """Let what is due happen."""
        self._service.flush()

    def next_deadline(self) -> int | None:
        """When the next timer or time-out falls due."""
        return self._service.next_deadline()

    def waiting(self, domain: str) -> list[Place]:
        """The task lists of a domain on which tasks wait."""
        return [place for place in self._service.waiting() if place.domain == domain]

    def close(self) -> None:
        self._service.stop()
