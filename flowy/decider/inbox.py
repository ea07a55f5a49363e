"""Signals that arrived and nobody has read yet: first in, first out for each name."""

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flowy import forms
from flowy.converter import PLAIN, Converter
from flowy.decider.lines import Lines
from flowy.errors import SerializationError, TaskCanceled
from flowy.placeholders import Error, Placeholder, Value
from flowy.references import Unopened

Signal = tuple[str, str | None]
"""The name and the recorded text of a signal, as `forms.Meta.signals` has it."""

FEW = 16
"""Signals that were handed out and not looked at, before any of them are tidied away."""


@dataclass(eq=False, slots=True)
class SignalWait:
    """A placeholder that stands for the next unread signal of a name."""

    name: str
    placeholder: Placeholder[Any]


class Inbox:
    """The signals of one execution, but for those that its handler methods take."""

    def __init__(self, lines: Lines, converter: Converter = PLAIN) -> None:
        self._lines = lines
        self._converter = converter
        self._count = 0
        self._kept: dict[int, Signal] = {}  # in order of arrival, until somebody looked
        self._given: dict[int, Placeholder[Any]] = {}
        self._unread: defaultdict[str, deque[int]] = defaultdict(deque)
        self._waiting: defaultdict[str, deque[SignalWait]] = defaultdict(deque)
        self._full = FEW

    def receive(self, signal: Signal) -> None:
        """Take a signal: for who waits for it longest, else for who asks next."""
        self._count += 1
        self._kept[self._count] = signal
        waiting = self._waiting[signal[0]]
        if waiting:
            self._give(self._count, waiting.popleft().placeholder)
        else:
            self._unread[signal[0]].append(self._count)

    def ask(self, placeholder: Placeholder[Any], name: str) -> SignalWait:
        """Have the next unread signal of that name settle the placeholder."""
        wait = SignalWait(name, placeholder)
        if self._unread[name]:
            self._give(self._unread[name].popleft(), placeholder)
        else:
            self._waiting[name].append(wait)
        return wait

    def cancel(self, wait: SignalWait) -> None:
        """Wait no longer: the signal that it would have taken is the next one's."""
        if wait.placeholder.outcome is None:
            self._waiting[wait.name].remove(wait)
            self._lines.settle(wait.placeholder, Error(TaskCanceled()))

    def unread(self) -> tuple[Signal, ...]:
        """The signals whose value no code has looked at, in order of arrival."""
        self._tidy()
        return tuple(self._kept.values())

    def _give(self, number: int, placeholder: Placeholder[Any]) -> None:
        value = value_of(self._kept[number], self._converter)
        self._lines.settle(placeholder, Value(value))
        self._given[number] = placeholder
        if len(self._given) > self._full:
            self._tidy()
            self._full = FEW + 2 * len(self._given)  # else each signal would cost as many as came

    def _tidy(self) -> None:
        for number in [n for n, given in self._given.items() if given.looked_at]:
            del self._given[number], self._kept[number]


def value_of(signal: Signal, converter: Converter) -> Any:
    """The value of a signal; one that cannot be read stays closed, for who opens it to find out."""
    text = signal[1]
    try:
        return forms.read_result(text, converter)
    except SerializationError:
        return Unopened(text or "")


def warnings(unread: Iterable[Signal]) -> tuple[str, ...]:
    """One line for each name of signals that nobody read before the execution closed."""
    counts: dict[str, int] = {}
    for name, _ in unread:
        counts[name] = counts.get(name, 0) + 1
    return tuple(
        f"nobody read the signal {name!r}" + (f", which came {count} times" if count > 1 else "")
        for name, count in counts.items()
    )
