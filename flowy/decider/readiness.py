"""Calls whose arguments are placeholders: each is asked for once all of these have a result."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flowy.decider.lines import Lines
from flowy.errors import SerializationError
from flowy.placeholders import Error, Placeholder, find


def once_there(
    lines: Lines, placeholder: Placeholder[Any], values: Any, go: Callable[[], None]
) -> None:
    """Have `go` ask for a call when every placeholder among its values has a result.

    An error in one of them is the call's own outcome, and `go` is never called. Nor is it for a
    call that was settled meanwhile.

    Raises:
        SerializationError: from `go`, when nothing was missing. Later it settles the call.
    """
    needed = find(values)
    for needs in needed:
        needs.looked_at = True
    failed = next((n.outcome for n in needed if isinstance(n.outcome, Error)), None)
    missing = [needs for needs in needed if needs.outcome is None]
    if failed:
        lines.settle(placeholder, failed)
    elif missing:
        waiting = Waiting(lines, placeholder, go, len(missing))
        for needs in missing:
            needs.then(partial(waiting.arrived, needs))
    else:
        go()


class Waiting:
    """A call that waits for some of its arguments."""

    def __init__(
        self, lines: Lines, placeholder: Placeholder[Any], go: Callable[[], None], missing: int
    ) -> None:
        self._lines = lines
        self._placeholder = placeholder
        self._go = go
        self._missing = missing

    def arrived(self, needed: Placeholder[Any]) -> None:
        """Take one of the arguments; after the last one ask for the call."""
        if self._placeholder.outcome is not None:
            return
        if isinstance(needed.outcome, Error):
            self._lines.settle(self._placeholder, needed.outcome)
            return
        self._missing -= 1
        if self._missing:
            return
        try:
            self._go()
        except SerializationError as error:
            self._lines.settle(self._placeholder, Error(error))
