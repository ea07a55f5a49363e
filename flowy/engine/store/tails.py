"""The newest events of open executions, in memory as text: most pages are read from here."""

from collections import OrderedDict

from msgspec import Struct

EVENTS = 256
"""Events of one execution that are kept at least, once it has that many; at most twice as many."""
CHARACTERS = 32 << 20
"""Of all executions together; those that have been still for longest are forgotten first."""


class _Tail(Struct):
    first: int
    texts: list[str]
    size: int = 0

    @property
    def end(self) -> int:
        """One more than the id of the newest event."""
        return self.first + len(self.texts)


class Tails:
    """For each execution (by its key) its newest events, without gaps."""

    def __init__(self, characters: int = CHARACTERS) -> None:
        self._most = characters
        self._size = 0
        # Not a dict: the oldest of one that is taken from and added to all the time is far to find.
        self._tails: OrderedDict[int, _Tail] = OrderedDict()

    @property
    def size(self) -> int:
        """Characters held."""
        return self._size

    def append(self, key: int, id: int, text: str) -> None:
        """Take an execution's next event."""
        tail = self._tails.get(key)
        if tail is None or tail.end != id:
            self._size -= tail.size if tail else 0
            tail = self._tails[key] = _Tail(id, [])
        self._tails.move_to_end(key)
        tail.texts.append(text)
        self._grow(tail, len(text))
        if len(tail.texts) >= 2 * EVENTS:
            self._shorten(tail)
        while self._size > self._most:
            self.drop(next(iter(self._tails)))

    def _grow(self, tail: _Tail, by: int) -> None:
        tail.size += by
        self._size += by

    def _shorten(self, tail: _Tail) -> None:
        self._grow(tail, -sum(map(len, tail.texts[:EVENTS])))
        del tail.texts[:EVENTS]
        tail.first += EVENTS

    def read(self, key: int, first: int, last: int) -> list[str] | None:
        """The events `first` to `last`, both inclusive; None if not all of them are here."""
        tail = self._tails.get(key)
        if tail is None or first < tail.first or last >= tail.end:
            return None
        return tail.texts[first - tail.first : last + 1 - tail.first]

    def last(self, key: int) -> int | None:
        """The id of the newest event, if the execution has a tail."""
        tail = self._tails.get(key)
        return tail.end - 1 if tail else None

    def drop(self, key: int) -> None:
        """Forget an execution, such as one that has closed."""
        tail = self._tails.pop(key, None)
        if tail is not None:
            self._size -= tail.size

    def clear(self) -> None:
        """Forget everything: what was appended may not have been written."""
        self._tails.clear()
        self._size = 0
