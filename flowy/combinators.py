"""Combinators: several placeholders as one, or one after the other in the order they finish."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Generic, TypeVar, overload

from flowy.placeholders import Error, Gathered, Joined, Line, Outcome, Placeholder, Value
from flowy.references import Unopened

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")


class Nowhere:
    """The line of a placeholder that joins nothing: it is settled from the start."""

    def wait(self, placeholder: Placeholder[Any]) -> None:
        """Settled already."""

    def cancel(self, placeholder: Placeholder[Any]) -> None:
        """Settled already."""

    def open(self, closed: Unopened) -> None:
        """There is no value to open."""

    def settle(self, placeholder: Placeholder[Any], outcome: Outcome) -> None:
        """Nobody can wait for it yet."""
        placeholder.settle(outcome, 0)

    def spawn(
        self, code: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Placeholder[Any]:
        """There is nothing to start it from."""
        raise RuntimeError(f"nothing runs {code!r} with {args!r} and {kwargs!r} here")


NOWHERE = Nowhere()


def line_of(placeholders: Iterable[Placeholder[Any]]) -> Line:
    """The execution that placeholders belong to."""
    return next((p.line for p in placeholders if p.line is not NOWHERE), NOWHERE)


def joined(name: str, parts: tuple[Placeholder[Any], ...]) -> Placeholder[Any]:
    """An unsettled placeholder that stands for others: who cancels it cancels them."""
    names = ", ".join(part.name for part in parts[:3])
    more = ", …" if len(parts) > 3 else ""
    placeholder: Placeholder[Any] = Placeholder(line_of(parts), f"{name}({names}{more})")
    placeholder.source = Joined(lambda: parts)
    return placeholder


@overload
def gather(one: Placeholder[A], two: Placeholder[B], /) -> Placeholder[list[A | B]]: ...
@overload
def gather(
    one: Placeholder[A], two: Placeholder[B], three: Placeholder[C], /
) -> Placeholder[list[A | B | C]]: ...
@overload
def gather(*placeholders: Placeholder[T]) -> Placeholder[list[T]]: ...
def gather(*placeholders: Placeholder[Any]) -> Placeholder[Any]:
    """All of them as one placeholder: a list of their values, in the order given.

    The first error, in the order of the history, is its own error; the others go on meanwhile.
    """
    together = joined("gather", placeholders)
    for part in placeholders:
        part.looked_at = True  # an error of it is one of the whole, at which somebody must look
    settled = sorted((p for p in placeholders if p.outcome is not None), key=lambda p: p.order)
    failed = next((p.outcome for p in settled if isinstance(p.outcome, Error)), None)
    missing = [part for part in placeholders if part.outcome is None]
    if failed is not None:
        together.line.settle(together, failed)
    else:
        values = Value(Gathered(placeholders))
        when_all(missing, lambda: together.line.settle(together, values), together)
    return together


def when_all(
    missing: list[Placeholder[Any]], go: Callable[[], None], fails: Placeholder[Any] | None = None
) -> None:
    """Call `go` when all are settled, at once if none is missing; `fails` takes the first error."""
    left = len(missing)

    def arrived(part: Placeholder[Any]) -> None:
        nonlocal left
        left -= 1
        if fails is not None and isinstance(part.outcome, Error):
            fails.line.settle(fails, part.outcome)
        elif left == 0:
            go()

    for part in missing:
        part.then(partial(arrived, part))
    if not missing:
        go()


def wait(*placeholders: Placeholder[Any]) -> None:
    """Wait until all of them are settled, with a result or an error; it raises none of these.

    Waiting is not looking: an error that nobody asks for with `.result()` is still a warning.
    """
    gate = joined("wait", placeholders)
    missing = [part for part in placeholders if part.outcome is None]
    when_all(missing, lambda: gate.line.settle(gate, Value(None)))
    gate.result()


@overload
def first(one: Placeholder[A], two: Placeholder[B], /) -> Placeholder[A] | Placeholder[B]: ...
@overload
def first(
    one: Placeholder[A], two: Placeholder[B], three: Placeholder[C], /
) -> Placeholder[A] | Placeholder[B] | Placeholder[C]: ...
@overload
def first(*placeholders: Placeholder[T]) -> Placeholder[T]: ...
def first(*placeholders: Placeholder[Any]) -> Placeholder[Any]:
    """Wait until one of them is settled, and return it: the first in the order of the history.

    The others go on. A time limit is `first(work, self.sleep(60)) is not work`.

    Raises:
        ValueError: for no placeholders, which would never end.
    """
    if not placeholders:
        raise ValueError("first() of no placeholders would wait for ever")
    return next(finish_order(*placeholders))


def finish_order(*placeholders: Placeholder[T]) -> "Finishing[T]":
    """An iterator over them in the order in which they are settled; each step waits for one."""
    return Finishing(placeholders)


class Finishing(Iterator[Placeholder[T]], Generic[T]):
    """Placeholders in the order of their settling; more of them may be added on the way."""

    def __init__(self, placeholders: Iterable[Placeholder[T]] = ()) -> None:
        self._pending: dict[Placeholder[T], None] = {}
        self._arrived: deque[Placeholder[T]] = deque()
        self._gate: Placeholder[None] | None = None
        parts = list(dict.fromkeys(placeholders))
        settled = (part for part in parts if part.outcome is not None)
        self._arrived.extend(sorted(settled, key=lambda part: part.order))
        for part in parts:
            if part.outcome is None:
                self.add(part)

    def add(self, placeholder: Placeholder[T]) -> None:
        """One more, which comes when it is settled."""
        if placeholder.outcome is not None:
            self._arrived.append(placeholder)
        else:
            self._pending[placeholder] = None
            placeholder.then(partial(self._arrive, placeholder))

    def __iter__(self) -> "Finishing[T]":
        return self

    def __next__(self) -> Placeholder[T]:
        if not self._arrived:
            if not self._pending:
                raise StopIteration
            self._wait()
        return self._arrived.popleft()

    def _wait(self) -> None:
        self._gate = Placeholder(line_of(self._pending), "finish_order")
        self._gate.source = Joined(lambda: tuple(self._pending))
        self._gate.result()

    def _arrive(self, placeholder: Placeholder[T]) -> None:
        del self._pending[placeholder]
        self._arrived.append(placeholder)
        if self._gate is not None:
            self._gate.line.settle(self._gate, Value(None))
            self._gate = None
