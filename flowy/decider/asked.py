"""What workflow code asked for and history has not confirmed yet: one queue, first in first out.

A recorded turn takes its prefix, position by position. Nothing asked is ever withdrawn: a withdrawn
retry would leave no trace, and a replay could not tell that it was ever considered.
"""

import json
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import starmap, zip_longest
from typing import Any, NoReturn, Protocol

from flowy.decider import identity
from flowy.decider.turns import Turn
from flowy.errors import NonDeterminismError
from flowy.swf import limits
from flowy.swf.decisions import Decision, StartTimer
from flowy.swf.events import Event
from flowy.swf.wire import decision_to_wire

ROOM = limits.REQUEST_BYTES - 50_000
"""Bytes of decisions in one answer: 1 MB less room for context, token, task list and signature."""
WORST_ESCAPE = 6
"""JSON writes some characters as six bytes."""
FRAME = 1_000
"""More bytes than any decision has besides its input."""


class Call(Protocol):
    """Something asked whose later events must find it again."""

    scheduled: int
    """The id of the event that recorded it, 0 before."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One decision asked for; `arguments` is the text that replay compares, `place` its line."""

    decision: Decision
    call: Call | None = None
    arguments: str | None = None
    place: str = ""


class Asked:
    """The queue of one execution.

    `confirmed` counts what history has taken off it, `position` all that was ever put on it, both
    without the markers of patches.
    """

    def __init__(self, room: int = ROOM) -> None:
        self.confirmed = 0
        self.position = 0
        self.open: dict[int, Any] = {}
        self._queue: deque[Ask] = deque()
        self._room = room

    def __len__(self) -> int:
        return len(self._queue)

    def ask(self, ask: Ask) -> None:
        """Append what the code asked for."""
        self._queue.append(ask)
        self.position += not identity.is_patch(ask.decision)

    def calls(self) -> Iterator[Any]:
        """The calls that wait for their events, and those that were asked for since."""
        yield from self.open.values()
        yield from (ask.call for ask in self._queue if ask.call is not None)

    def confirm(self, turn: Turn) -> None:
        """Take what a recorded turn decided off the queue, and bind its calls to their events.

        History decides how much was taken, not our own size sum: else a changed limit would break
        replays. The zero-second timer of an answer that kept a tail back is our own.

        Raises:
            NonDeterminismError: when the turn records something else than what was asked.
        """
        batch = [event for event in turn.batch if identity.records_decision(event.attributes)]
        kept_back = turn.context.kept_back
        decided = self._without_old_patches(batch[:-1] if kept_back else batch)
        unexplained = len(self._queue) > len(decided) and not kept_back
        pairs = zip(decided, self._queue, strict=False)
        if len(self._queue) < len(decided) or unexplained or not all(starmap(fits, pairs)):
            self._differ(turn, decided)
        for event in decided:
            ask = self._queue.popleft()
            if ask.call is not None:
                ask.call.scheduled = event.id
                self.open[event.id] = ask.call
            self.confirmed += not identity.is_patch(ask.decision)

    def _without_old_patches(self, decided: list[Event]) -> list[Event]:
        """What is to be compared: markers of patches only where a kept execution asked for them.

        No replay asks for a recorded one, so that its call may be moved or removed.
        """
        if not any(identity.is_patch(event.attributes) for event in decided):
            return decided
        mine = {identity.of_decision(ask.decision) for ask in self._queue}
        return [
            event
            for event in decided
            if not identity.is_patch(event.attributes)
            or identity.of_event(event.attributes) in mine
        ]

    def fits(self) -> bool:
        """Whether one answer has room for all that is asked."""
        return fitting([ask.decision for ask in self._queue], self._room) == len(self._queue)

    def answer(self, started: int) -> tuple[tuple[Decision, ...], int]:
        """What to answer now, and how many asked decisions are kept back for lack of room."""
        asked = tuple(ask.decision for ask in self._queue)
        fit = fitting(asked, self._room)
        if fit == len(asked):
            return asked, 0
        more = StartTimer(start_to_fire_timeout="0", timer_id=f"flowy.more-{started}")
        return (*asked[:fit], more), len(asked) - fit

    def _differ(self, turn: Turn, decided: Sequence[Event]) -> NoReturn:
        pairs = zip_longest(decided, self._queue)
        number, (event, ask) = next(
            (n, pair) for n, pair in enumerate(pairs) if not fits(pair[0], pair[1])
        )
        raise NonDeterminismError(
            f"the decision of turn {turn.started} differs at its position {number + 1}:\n"
            f"    recorded: {recorded(event)}\n"
            f"    asked:    {wanted(ask)}",
            hint="guard changed code with a new workflow version, or bring the old code back",
        )


def fits(event: Event | None, ask: Ask | None) -> bool:
    """Whether what is recorded at a position is what was asked there."""
    if event is None or ask is None:
        return False
    return identity.same(event.attributes, ask.decision, ask.arguments)


def recorded(event: Event | None) -> str:
    """The recorded side of a difference, for people."""
    if event is None:
        return "nothing more"
    text = f"event {event.id}, {identity.describe(identity.of_event(event.attributes))}"
    given = getattr(event.attributes, "input", None)
    return f"{text} with {given:.500}" if given else text


def wanted(ask: Ask | None) -> str:
    """The asked side of a difference, for people, with the line that asked."""
    if ask is None:
        return "nothing more"
    text = identity.describe(identity.of_decision(ask.decision))
    given = f" with {ask.arguments:.500}" if ask.arguments else ""
    return f"{text}{given}" + (f" at {ask.place}" if ask.place else "")


def fitting(asked: Sequence[Decision], room: int) -> int:
    """How many decisions, from the first, fit into so many encoded bytes; at least one does."""
    worst = sum(FRAME + WORST_ESCAPE * length(decision) for decision in asked)
    if worst <= room:
        return len(asked)
    used = 0
    for number, decision in enumerate(asked):
        used += len(json.dumps(decision_to_wire(decision))) + 1
        if used > room:
            return max(number, 1)
    return len(asked)


def length(decision: Decision) -> int:
    """The characters of a decision's long texts."""
    texts = (getattr(decision, name, None) for name in ("input", "details", "result"))
    return sum(len(text) for text in texts if text)
