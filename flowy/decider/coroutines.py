"""Coroutines as workflow code: they run inside their branch's greenlet, without an event loop.

An awaited placeholder waits as `.result()` does, by a switch of greenlets; so whatever reaches the
outside of a coroutine is not flowy's, and nobody would ever resume it.
"""

from collections.abc import Callable, Coroutine
from types import CoroutineType, FrameType
from typing import Any, NoReturn

NO_LOOP = ("no running event loop", "There is no current event loop")
"""How asyncio begins to say that it finds no event loop."""


class ForeignAwait(TypeError):
    """Workflow code awaits something that is not flowy's: nobody would ever resume it."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"workflow code awaits {what}, which is not flowy's: use placeholders, self.sleep, "
            "self.spawn and flowy.gather in place of asyncio's"
        )


def drive(coroutine: Coroutine[Any, Any, Any], refuse: Callable[[ForeignAwait], NoReturn]) -> Any:
    """Run a coroutine to its end and return its value.

    A foreign await is told to `refuse`, which never returns: the code must not get to catch it.
    """
    try:
        foreign = coroutine.send(None)
    except StopIteration as end:
        return end.value
    except RuntimeError as error:
        if str(error).startswith(NO_LOOP):
            raise ForeignAwait(f"something of asyncio's{place(error)}") from error
        raise
    try:
        refuse(ForeignAwait(f"{foreign!r}{where(coroutine)}"))
    finally:
        coroutine.close()  # at the eviction: its `finally` blocks run, with every call dead


def where(coroutine: Any) -> str:
    """` at file:line` of the innermost await in the user's own code."""
    found, inner = "", coroutine
    while isinstance(inner, CoroutineType):
        frame = inner.cr_frame
        if frame is not None:
            found = spot(frame, frame.f_lineno) or found
        inner = inner.cr_await
    return found


def place(error: BaseException) -> str:
    """` at file:line` where the user's own code asked for what raised the error."""
    found, trace = "", error.__traceback__
    while trace is not None:
        found = spot(trace.tb_frame, trace.tb_lineno) or found
        trace = trace.tb_next
    return found


def spot(frame: FrameType, line: int) -> str:
    """` at file:line`, or nothing for code of asyncio and flowy."""
    name = frame.f_globals.get("__name__", "")
    theirs = name.startswith(("asyncio", "flowy."))
    return "" if theirs else f" at {frame.f_code.co_filename}:{line}"
