"""Placeholders: what a call to a proxy returns at once. Only `.result()` waits."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from flowy.references import Unopened

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Value:
    """The task ended with a result."""

    value: Any


@dataclass(frozen=True, slots=True)
class Error:
    """The task ended with an error, which each `.result()` raises."""

    error: Exception


Outcome = Value | Error


class Line(Protocol):
    """The line of workflow code that runs now, as a placeholder sees it."""

    def wait(self, placeholder: "Placeholder[Any]") -> None:
        """Return once the placeholder is settled; other branches go on meanwhile."""

    def cancel(self, placeholder: "Placeholder[Any]") -> None:
        """Ask to cancel what the placeholder stands for."""

    def open(self, closed: Unopened) -> None:
        """Return once it is known what a value from the payload store is."""

    def settle(self, placeholder: "Placeholder[Any]", outcome: Outcome) -> None:
        """Settle a placeholder that joins others; who waits for it goes on afterwards."""

    def spawn(
        self, code: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> "Placeholder[Any]":
        """Start a branch."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The source of a placeholder that stands for others; `parts` gives those that matter now."""

    parts: "Callable[[], Sequence[Placeholder[Any]]]"


@dataclass(frozen=True, slots=True)
class Gathered:
    """The value of a placeholder that stands for the values of others, in order."""

    parts: "tuple[Placeholder[Any], ...]"


class Placeholder(Generic[T_co]):
    """The result of a call that was asked for, and may not be there yet.

    Pass it as an argument to another call, also inside lists and dicts: that call is scheduled once
    everything is there. `name` is the call's id.
    """

    __slots__ = ("_waiters", "line", "looked_at", "name", "order", "outcome", "source")

    def __init__(self, line: Line, name: str) -> None:
        self.line = line
        self._waiters: list[Callable[[], None]] = []
        self.name = name
        self.outcome: Outcome | None = None
        self.order = 0
        """When it was settled, counted from 1; 0 before. For flowy's own code."""
        self.looked_at = False
        self.source: object = None
        """What will settle it: a call or a branch. For flowy's own code."""

    def __repr__(self) -> str:
        return f"<placeholder {self.name}: {self.outcome or 'pending'}>"

    def result(self) -> T_co:
        """Wait for the result and return it.

        Raises:
            TaskError: how the task ended instead, a fresh exception at each call.
        """
        value = self.settled()
        if isinstance(value, Unopened):
            if not value.is_open:
                self.line.open(value)
            value = value.value
        elif isinstance(value, Gathered):
            value = [part.result() for part in value.parts]
        result: T_co = value
        return result

    def settled(self) -> Any:
        """Wait, and raise what the task ended with; its value unopened. For flowy's own code."""
        self.looked_at = True
        self.line.wait(self)
        match self.outcome:
            case Value(value):
                return value
            case Error(error):
                # Each look raises it anew: a kept traceback would grow with every one.
                raise error.with_traceback(None)
            case None:
                raise RuntimeError(f"{self!r} was waited for and is not settled")

    @property
    def later(self) -> T_co:
        """This placeholder, typed as its value: for an argument of a typed proxy.

        Only pass it on: it is no value yet.
        """
        return self  # type: ignore[return-value]  # the one place where the type says otherwise

    def __await__(self) -> Generator[Any, None, T_co]:
        """Wait in `async def` code: as `result` does, in the same greenlet, without any loop."""
        yield from ()
        return self.result()

    def done(self) -> bool:
        """Whether the result or the error is there. Looking does not wait."""
        return self.outcome is not None

    def cancel(self) -> None:
        """Ask to cancel the task; `.result()` tells how it ended."""
        self.line.cancel(self)

    def then(self, waiter: Callable[[], None]) -> None:
        """Have `waiter` run once this is settled. For flowy's own code."""
        self._waiters.append(waiter)

    def settle(self, outcome: Outcome, order: int) -> list[Callable[[], None]]:
        """Note the outcome and return who waited, in order. For flowy's own code."""
        self.outcome = outcome
        self.order = order
        waiters, self._waiters = self._waiters, []
        return waiters


ATOMS = frozenset({str, int, float, bool, type(None)})
"""Most arguments are of these types: no walk is made for them."""


def find(value: Any) -> list[Placeholder[Any]]:
    """The placeholders in a value: itself, or nested in lists, tuples and dicts, in order."""
    if isinstance(value, Placeholder):
        return [value]
    if isinstance(value, list | tuple):
        return [found for item in value if type(item) not in ATOMS for found in find(item)]
    if isinstance(value, dict):
        return find(list(value.values())) if value else []
    return []


def copy(value: Any) -> Any:
    """The value with its containers copied, so that later changes by the caller do not show."""
    if isinstance(value, list | tuple):
        return [item if type(item) in ATOMS else copy(item) for item in value]
    if isinstance(value, dict):
        return {key: copy(item) for key, item in value.items()}
    return value


def fill(value: Any, *, opened: bool = False) -> Any:
    """The value with each placeholder replaced by its result; all of them must have one.

    Results from the payload store stay unopened, unless code is to see them: `opened`.
    """
    if isinstance(value, Placeholder):
        match value.outcome:
            case Value(Unopened(is_open=True) as known) if opened:
                return known.value
            case Value(Gathered(parts)):
                return [fill(part, opened=opened) for part in parts]
            case Value(result):
                return result
            case _:
                raise RuntimeError(f"{value!r} has no result to fill in")
    if isinstance(value, list):
        return [item if type(item) in ATOMS else fill(item, opened=opened) for item in value]
    if isinstance(value, dict):
        return {key: fill(item, opened=opened) for key, item in value.items()}
    return value
