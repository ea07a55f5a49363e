"""One request and the way back to its client: whom the service answers."""

import asyncio
import os
from typing import Protocol

from flowy.engine.injection import Strike
from flowy.engine.polls import Presence
from flowy.engine.requests import Request


class Line(Protocol):
    """The connection that an exchange happens on."""

    def presence(self) -> Presence: ...

    def send(self, exchange: "Exchange", status: int, body: bytes) -> None: ...

    def reset(self) -> None: ...


class Exchange:
    """What the service sees of a client: is it there, and where does the answer go.

    `operation` is the one asked for if the engine knows it, `strike` what happens to this exchange
    on purpose, `client` an address, `began_at` the loop's time.
    """

    __slots__ = ("began_at", "client", "line", "operation", "request", "request_id", "strike")

    def __init__(self, line: Line, request: Request, client: str, began_at: float) -> None:
        self.line = line
        self.request = request
        self.client = client
        self.began_at = began_at
        self.request_id = _request_id()
        self.operation = "unknown"
        self.strike: Strike | None = None

    @property
    def is_ghost(self) -> bool:
        """Whether it goes on without its client, as polls do at AWS for the rest of their time."""
        return self.strike is not None and self.strike.ghost

    def presence(self) -> Presence:
        return "here" if self.is_ghost else self.line.presence()

    def answer(self, status: int, body: bytes) -> None:
        """Answer, or do what was chosen to happen in place of it."""
        strike = self.strike
        if strike is None:
            self.line.send(self, status, body)
        elif strike.delay:
            loop = asyncio.get_running_loop()
            loop.call_later(strike.delay / 1000, self._end, strike, status, body)
        else:
            self._end(strike, status, body)

    def _end(self, strike: Strike, status: int, body: bytes) -> None:
        if strike.ending in ("reset_before", "reset_after"):
            self.line.reset()
        else:
            self.line.send(self, status, body)


def _request_id() -> str:
    """A UUID of version 4, as the service's are; the uuid module takes three times as long."""
    digits = os.urandom(16).hex()
    parts = (digits[:8], digits[8:12], f"4{digits[13:16]}", f"8{digits[17:20]}", digits[20:])
    return "-".join(parts)
