"""Held polls: who waits for which task list, since when, and until when."""

from itertools import islice
from typing import Literal, Protocol

from msgspec import Struct, field

from flowy.engine.core.task_lists import Place

Presence = Literal["here", "unsure", "gone"]


class Responder(Protocol):
    """Where an answer goes. `presence` says whether somebody is there to read it."""

    def presence(self) -> Presence: ...

    def answer(self, status: int, body: bytes) -> None: ...


class HeldPoll(Struct, eq=False):
    """One poll that waits; `until` in the engine's milliseconds."""

    place: Place
    responder: Responder
    until: int
    identity: str | None = None
    reverse: bool = False
    from_previous: bool = False
    page: int = 100


class Polls(Struct):
    """All held polls, first come first served for each task list.

    `fresh` holds the places that got a poll since somebody last looked.
    """

    held: dict[Place, dict[int, HeldPoll]] = field(default_factory=dict)
    by_time: dict[int, HeldPoll] = field(default_factory=dict)
    released: dict[str, int] = field(default_factory=dict)
    fresh: set[Place] = field(default_factory=set)

    def hold(self, poll: HeldPoll) -> None:
        """Keep a poll. All are held equally long, so that `by_time` is in order by itself."""
        self.held.setdefault(poll.place, {})[id(poll)] = poll
        self.by_time[id(poll)] = poll
        self.fresh.add(poll.place)

    def drop(self, poll: HeldPoll) -> None:
        """Forget a poll that was answered or whose connection has gone."""
        if self.by_time.pop(id(poll), None) is not None:
            waiting = self.held[poll.place]
            del waiting[id(poll)]
            if not waiting:
                del self.held[poll.place]

    def drop_connection(self, responder: Responder) -> None:
        for poll in [p for p in self.by_time.values() if p.responder is responder]:
            self.drop(poll)

    def count(self, place: Place) -> int:
        return len(self.held.get(place, ()))

    def next_present(self, place: Place) -> HeldPoll | None:
        """The next poll of a list whose caller is there; those that have gone are dropped.

        One that may have gone (its socket has something to read, perhaps an end) is passed over,
        and the place stays fresh: the next look knows more.
        """
        waiting = self.held.get(place, {})
        passed = 0
        while len(waiting) > passed:
            poll = next(islice(waiting.values(), passed, None))
            presence = poll.responder.presence()
            if presence == "here":
                return poll
            if presence == "gone":
                self.drop(poll)
            else:
                self.fresh.add(place)
                passed += 1
        return None

    def expired(self, now: int) -> list[HeldPoll]:
        """Take out the polls that have been held long enough."""
        found = []
        for poll in self.by_time.values():
            if poll.until > now:
                break
            found.append(poll)
        for poll in found:
            self.drop(poll)
        return found

    def next_at(self) -> int | None:
        return next((poll.until for poll in self.by_time.values()), None)

    def release(self, identity: str, until: int) -> list[HeldPoll]:
        """Take out an identity's polls; its further ones are not held before `until`."""
        self.released[identity] = until
        found = [poll for poll in self.by_time.values() if poll.identity == identity]
        for poll in found:
            self.drop(poll)
        return found

    def is_released(self, identity: str | None, now: int) -> bool:
        """Whether an identity said that it stops; old sayings are forgotten on the way."""
        self.released = {who: until for who, until in self.released.items() if until > now}
        return identity in self.released

    def empty(self) -> list[HeldPoll]:
        """Take all polls out: the engine stops."""
        found = list(self.by_time.values())
        self.by_time.clear()
        self.held.clear()
        return found
