"""What the operations work on."""

from typing import Any

from msgspec import Struct

from flowy.engine.core.settings import Settings
from flowy.engine.core.world import World
from flowy.engine.polls import HeldPoll, Polls, Responder
from flowy.engine.store import Store

VOID = b""
"""The answer of an operation that answers nothing: an empty body, not `{}`."""


class Call(Struct, frozen=True):
    """One request, checked and cleaned, and the engine's time when it came."""

    operation: str
    request: dict[str, Any]
    now: int
    responder: Responder
    region: str = "us-east-1"


class Desk(Struct):
    """The world with its store and its held polls.

    `dismissed` holds polls that an operation took out; they are answered empty.
    """

    settings: Settings
    store: Store
    world: World
    polls: Polls
    dismissed: list[HeldPoll]

    def page_size(self, asked: int | None) -> int:
        """Absent and 0 mean the default, which is also the most."""
        return min(asked or self.settings.page, self.settings.page)
