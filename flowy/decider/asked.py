"""What workflow code asked for and history has not confirmed yet: a queue for each decision type.

A recorded turn takes of each type as many as it records, first in first out; an answer takes them
as far as SWF's limits let it. Nothing asked is ever withdrawn: a withdrawn retry would leave no
trace, and a replay could not tell that it was ever considered.
"""

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from itertools import islice
from types import MappingProxyType
from typing import Any, NoReturn, Protocol

from msgspec import Struct

from flowy.decider import difference, identity
from flowy.decider.identity import Lane, Patch
from flowy.decider.places import Place
from flowy.decider.room import LIMITS, Limits, fitting
from flowy.decider.turns import Turn
from flowy.errors import NonDeterminismError
from flowy.swf.decisions import CLOSES, Decision, StartTimer
from flowy.swf.events import Event

NONE_HELD: Mapping[str, int] = MappingProxyType({})


class Call(Protocol):
    """Something asked whose later events must find it again."""

    scheduled: int
    """The id of the event that recorded it, 0 before."""


class Ask(Struct, frozen=True, eq=False):
    """One decision asked for; `arguments` is the text that replay compares, `place` its line."""

    decision: Decision
    call: Call | None = None
    arguments: str | None = None
    place: Place | None = None


class Response(Struct, frozen=True):
    """What to answer now; `kept_back` more had no room, `held` (by type) wait for open tasks."""

    decisions: tuple[Decision, ...]
    kept_back: int = 0
    held: Mapping[str, int] = NONE_HELD


Numbered = tuple[int, Ask]


class Asked:
    """The queues of one execution."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.confirmed: Counter[Lane] = Counter()
        self._limits = limits
        self._lanes: dict[Lane, deque[Numbered]] = {}
        self._number = 0
        self._waiting = 0
        self._open: dict[int, Ask] = {}
        self._open_tasks: Counter[Lane] = Counter()
        self._numbers: dict[int, int] = {}
        self._deferred: dict[int, list[Ask]] = {}
        self._fence = 0

    def __len__(self) -> int:
        return self._waiting

    def ask(self, ask: Ask, after: Call | None = None) -> None:
        """Append what the code asked for; a cancellation never overtakes the call it is `after`.

        If that call is held, by an answer of before, the cancellation is asked for once it is out.
        """
        if after is not None and self._numbers.get(id(after), self._fence) < self._fence:
            self._deferred.setdefault(id(after), []).append(ask)
            return
        if ask.call is not None:
            self._numbers[id(ask.call)] = self._number
        kind = identity.lane(ask.decision)
        lane = self._lanes.get(kind)
        if lane is None:
            lane = self._lanes[kind] = deque()
        lane.append((self._number, ask))
        self._number += 1
        self._waiting += 1

    def position(self, kind: Lane) -> int:
        """How many decisions of that type were asked for before the next one."""
        return self.confirmed[kind] + len(self._lanes.get(kind, ()))

    def take(self, id: int) -> Any:
        """The call that an event recorded, which is open no longer; None if there is none."""
        ask = self._open.pop(id, None)
        if ask is None:
            return None
        self._open_tasks[type(ask.decision)] -= 1
        return ask.call

    def find(self, id: int) -> Any:
        """The call that an event recorded, which stays open; None if there is none."""
        ask = self._open.get(id)
        return None if ask is None else ask.call

    def clear(self) -> None:
        """Let go of all calls: with the evicted code they form cycles."""
        self._open.clear()

    def calls(self) -> Iterator[Any]:
        """The calls that wait for their events, and those that were asked for since."""
        yield from (ask.call for ask in self._open.values())
        for lane in self._lanes.values():
            yield from (ask.call for _, ask in lane if ask.call is not None)

    def confirm(self, turn: Turn) -> None:
        """Take what a recorded turn decided off the queues, and bind its calls to their events.

        History decides how much was taken, not our own limits: else a changed limit would break
        replays. What it held or kept back may be asked differently: nothing has recorded it.

        Raises:
            NonDeterminismError: when the turn records something else than what was asked.
        """
        decided, counts = self._decided(turn)
        taken = [ask for _, ask in self._first(counts)]
        if len(taken) != len(decided) or not all(map(fits, decided, taken)):
            self._differ(turn, decided)
        if self._waiting > len(taken) and self._unexplained(turn, counts):
            self._differ(turn, decided)
        self._pop(counts)
        self._fence = self._number
        for event, ask in zip(decided, taken, strict=True):
            self._bind(event.id, ask)

    def _decided(self, turn: Turn) -> tuple[list[Event], dict[Lane, int]]:
        """What is to be compared, and how much of each type.

        Markers of patches only where a kept execution asked for them: no replay asks for a recorded
        one, so that its call may be moved or removed.
        """
        decided = [event for event in turn.batch if identity.records_decision(event.attributes)]
        counts = by_lane(decided)
        if Patch not in counts:
            return decided, counts
        mine = {identity.of_decision(ask.decision) for _, ask in self._lanes.get(Patch, ())}
        decided = [
            event
            for event in decided
            if not identity.is_patch(event.attributes)
            or identity.of_event(event.attributes) in mine
        ]
        return decided, by_lane(decided)

    def fits(self) -> bool:
        """Whether one answer has room for all that is asked, but for tasks that are held.

        A close does not wait for these: SWF would drop them as it drops those that are open.
        """
        _, more = fitting(self._sendable(), self._limits.room)
        return not more

    def take_back_close(self) -> None:
        """Forget the close, which had no room in the answer: it is offered anew, as things are."""
        for kind in CLOSES:
            self._waiting -= len(self._lanes.pop(kind, ()))

    def answer(self, started: int) -> Response:
        """What to answer now to the decision task that started with that event.

        A tail without room goes out after a zero-second timer, SWF having no "decide again". Tasks
        over a limit need none: the end of an open one brings the next decision task.
        """
        sent, more = fitting(self._sendable(), self._limits.room)
        left = self._waiting - len(sent)
        if not left:
            return Response(tuple(sent))
        over = {
            kind: len(self._lanes.get(kind, ())) - self._free(kind) for kind in self._limits.open
        }
        held = {kind.__name__: count for kind, count in over.items() if count > 0}
        if more:
            sent.append(StartTimer(start_to_fire_timeout="0", timer_id=f"flowy.more-{started}"))
        return Response(tuple(sent), left - sum(held.values()), held)

    def _first(self, counts: Mapping[Lane, int]) -> Iterator[Numbered]:
        """So many of each type, in the order in which they were asked."""
        firsts = [islice(self._lanes.get(lane, ()), counts[lane]) for lane in counts]
        return firsts[0] if len(firsts) == 1 else merge(*firsts)  # most turns ask for one thing

    def _sendable(self) -> Iterator[Decision]:
        """All that SWF's limits on open tasks let out now; the rest is not walked."""
        free = {lane: self._free(lane) for lane, asks in self._lanes.items() if asks}
        return (ask.decision for _, ask in self._first(free))

    def _free(self, kind: Lane) -> int:
        most = self._limits.open.get(kind)
        if most is None:
            return len(self._lanes.get(kind, ()))
        return max(most - self._open_tasks[kind], 0)

    def _unexplained(self, turn: Turn, counts: Mapping[Lane, int]) -> bool:
        """Whether more was asked than the turn decided, for no reason that it tells."""
        return any(
            len(asks) > counts.get(lane, 0) and not partial(turn, lane)
            for lane, asks in self._lanes.items()
        )

    def _pop(self, counts: Mapping[Lane, int]) -> None:
        for kind, count in counts.items():
            lane = self._lanes[kind]
            for _ in range(count):
                lane.popleft()
            self._waiting -= count
            self.confirmed[kind] += count

    def _bind(self, event: int, ask: Ask) -> None:
        if ask.call is not None:
            ask.call.scheduled = event
            self._open[event] = ask
            self._open_tasks[type(ask.decision)] += 1
            self._numbers.pop(id(ask.call), None)
            for deferred in self._deferred.pop(id(ask.call), ()):
                self.ask(deferred)

    def _differ(self, turn: Turn, decided: Sequence[Event]) -> NoReturn:
        """Show both sides; of what the turn held or kept back only the recorded part counts."""
        counts = by_lane(decided)
        every = {
            lane: counts.get(lane, 0) if partial(turn, lane) else len(asks)
            for lane, asks in self._lanes.items()
        }
        asked = [ask for _, ask in self._first(every)]
        raise NonDeterminismError(
            difference.explain(
                turn.started,
                [identity.recorded_side(event) for event in decided],
                [identity.asked_side(ask.decision, ask.arguments, ask.place) for ask in asked],
            ),
            hint="guard changed code with self.patched(...) or a new version, or bring it back",
        )


def fits(event: Event, ask: Ask) -> bool:
    """Whether what is recorded at a position is what was asked there."""
    return identity.same(event.attributes, ask.decision, ask.arguments)


def partial(turn: Turn, lane: Lane) -> bool:
    """Whether a recorded turn did not send all that was asked of a type."""
    return bool(turn.context.kept_back) or lane.__name__ in turn.context.held


def by_lane(decided: Sequence[Event]) -> dict[Lane, int]:
    """How many decisions of each type the events record."""
    counts: dict[Lane, int] = {}
    for event in decided:
        lane = identity.lane_of_event(event.attributes)
        counts[lane] = counts.get(lane, 0) + 1
    return counts
