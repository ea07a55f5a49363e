"""What an execution answers to the events that it is given."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec import Struct

from flowy.decider.asked import NONE_HELD
from flowy.decider.notebook import LogLine
from flowy.swf.decisions import Decision


class Decided(Struct, frozen=True):
    """The decisions of the live turn; `kept_back` more had no room, `held` wait.

    `lines` is what the code logged in it, `context` the user's part of executionContext as text.
    """

    decisions: tuple[Decision, ...]
    kept_back: int = 0
    warnings: tuple[str, ...] = ()
    lines: tuple[LogLine, ...] = ()
    context: str = ""
    held: Mapping[str, int] = NONE_HELD


@dataclass(frozen=True, slots=True)
class Stale:
    """This execution does not fit the events: fetch the whole history, or evict it."""

    why: str


@dataclass(frozen=True, slots=True)
class NonDeterminism:
    """The code asked for something else than what is recorded; `message` shows both sides."""

    message: str


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that is no outcome of the work left the code, or we have a bug."""

    error: BaseException


Answer = Decided | Stale | NonDeterminism | Broken
