"""Fan-outs: one call for each item or pair, so many at once, in a branch of their own."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, TypeVar, overload

from flowy.combinators import NOWHERE, Finishing, line_of
from flowy.errors import OptionError
from flowy.placeholders import Line, Placeholder
from flowy.proxies import ActivityProxy, BoundProxy

T = TypeVar("T")

AT_ONCE = 200
"""Calls of one map that are open together: well below SWF's 1,000 open activities."""

Start = Callable[..., Placeholder[Any]]


def starter(code: Callable[..., Any], line: Line) -> Start:
    """What starts one call: a proxy itself, and a branch for any other code."""
    if isinstance(code, BoundProxy):
        return code
    return lambda *args: line.spawn(code, args, {})


def check_width(name: str, width: int) -> None:
    """Refuse a width in which nothing would ever run; `name` is the option's.

    Raises:
        OptionError: for anything but a whole number from 1.
    """
    if width < 1:
        raise OptionError(f"{name}={width!r} starts nothing", hint="a whole number from 1")


def map_items(start: Start, items: Sequence[Any], at_once: int) -> list[Any]:
    """The results of one call for each item, in the items' order, so many of them at once.

    The first error ends it: nothing more is started, what is open goes on.
    """
    results: list[Any] = [None] * len(items)
    numbers: dict[Placeholder[Any], int] = {}
    finishing: Finishing[Any] = Finishing()
    upcoming = enumerate(items)

    def begin(count: int) -> None:
        for number, item in islice(upcoming, count):
            call = start(item)
            numbers[call] = number
            finishing.add(call)

    begin(at_once)
    for call in finishing:
        results[numbers.pop(call)] = call.result()
        begin(1)
    return results


def map_slices(start: Start, items: Sequence[Any], at_once: int, per_child: int) -> list[Any]:
    """The same, `per_child` items in each child execution; all together have `at_once` open."""
    slices = [items[begin : begin + per_child] for begin in range(0, len(items), per_child)]
    results = map_items(start, slices, max(1, at_once // per_child))
    return [result for part in results for result in part]


def activity_of(code: Callable[..., Any]) -> ActivityProxy[..., Any]:
    """The proxy of an activity, whose calls another execution can make.

    Raises:
        OptionError: for anything else: code of this workflow runs in this execution only.
    """
    if isinstance(code, BoundProxy) and isinstance(code.proxy, ActivityProxy):
        return code.proxy
    raise OptionError(
        f"per_child cannot run {code!r} in another execution", hint="map the proxy of an activity"
    )


@overload
def parallel_reduce(
    code: Callable[[T, T], Placeholder[T]], items: Iterable[T | Placeholder[T]]
) -> Placeholder[T]: ...
@overload
def parallel_reduce(
    code: Callable[[T, T], T], items: Iterable[T | Placeholder[T]]
) -> Placeholder[T]: ...
def parallel_reduce(code: Callable[..., Any], items: Iterable[Any]) -> Placeholder[Any]:
    """One value of many: pairs are combined as they finish, as many at once as there are.

    `code` is a proxy or a function of two values; the order of the pairs is that of the history, so
    it should not matter to it. Items may be placeholders.

    Raises:
        ValueError: for no items.
    """
    given = list(items)
    if not given:
        raise ValueError("parallel_reduce() of no items has no value")
    line = line_of(item for item in given if isinstance(item, Placeholder))
    if line is NOWHERE and isinstance(code, BoundProxy):
        line = code.line
    if line is NOWHERE:
        raise OptionError(
            "parallel_reduce() got neither a proxy nor a placeholder",
            hint="nothing of it runs in parallel: use functools.reduce",
        )
    return line.spawn(reduce_pairs, (starter(code, line), given), {})


def reduce_pairs(start: Start, items: Sequence[Any]) -> Any:
    """Combine values, the next two that are there, until one is left."""
    finishing = Finishing(item for item in items if isinstance(item, Placeholder))
    ready = deque(item for item in items if not isinstance(item, Placeholder))
    while True:
        while len(ready) > 1:
            finishing.add(start(ready.popleft(), ready.popleft()))
        done = next(finishing, None)
        if done is None:
            return ready.popleft()
        if isinstance(start, BoundProxy):
            done.settled()
            ready.append(done)  # handed on whole, so that what lies in a store stays there
        else:
            ready.append(done.result())


# What the branches are called in the ids of their calls.
map_items.__name__ = map_slices.__name__ = "map"
reduce_pairs.__name__ = "parallel_reduce"
