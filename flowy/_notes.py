"""What workflow code hears, notes and tells: signals, markers, patches, the log, the context."""

from collections.abc import Callable
from inspect import isfunction
from random import Random
from typing import Any, Protocol, TypeVar
from uuid import UUID

from flowy.errors import RegistrationError
from flowy.placeholders import Placeholder
from flowy.reserved import check_given

F = TypeVar("F", bound=Callable[..., Any])

HANDLES = "__flowy_signal__"
"""Where `on_signal` leaves the signal's name on a method."""


class Noting(Protocol):
    """The running execution, as the methods below see it."""

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of the execution."""

    def random(self) -> Random:
        """A source of random numbers that replay repeats."""

    def uuid4(self) -> UUID:
        """A random UUID that replay repeats."""

    def signal(self, name: str) -> Placeholder[Any]:
        """The next unread signal of that name."""

    def marker(self, name: str, details: Any) -> None:
        """Record a marker."""

    def side_effect(self, code: Callable[[], Any]) -> Any:
        """Run code once and record what it gave."""

    def patched(self, id: str) -> bool:
        """Whether the execution goes the new way."""

    def patch_done(self, id: str) -> None:
        """Claim that it goes the new way."""

    def log(self, level: str, event: str, fields: dict[str, Any]) -> None:
        """Log a line in a live turn."""

    def write_context(self, value: Any) -> None:
        """Make a value what is read from outside."""

    def read_context(self) -> Any:
        """The value that was written last."""


class Log:
    """The log of a workflow: its lines come out once, not again when the code is replayed.

    A line is an event and named fields; the execution's ids and type are added. If the answer to a
    decision is lost and it is decided anew, its lines may come twice.
    """

    def __init__(self, execution: Noting) -> None:
        self._execution = execution

    def debug(self, event: str, /, **fields: Any) -> None:
        """Log what is of use to who looks for a fault."""
        self._execution.log("debug", event, fields)

    def info(self, event: str, /, **fields: Any) -> None:
        """Log what happened."""
        self._execution.log("info", event, fields)

    def warning(self, event: str, /, **fields: Any) -> None:
        """Log what somebody should look at."""
        self._execution.log("warning", event, fields)

    def error(self, event: str, /, **fields: Any) -> None:
        """Log what went wrong."""
        self._execution.log("error", event, fields)

    def exception(self, event: str, /, **fields: Any) -> None:
        """`error` with the traceback of the exception that is being handled."""
        self._execution.log("error", event, {**fields, "exc_info": True})


class Notes:
    """The part of `Workflow` that remembers."""

    execution: Noting

    @property
    def random(self) -> Random:
        """Random numbers that are the same in each replay; one stream for each branch."""
        return self.execution.random()

    def uuid4(self) -> UUID:
        """A random UUID that is the same in each replay, of the branch's stream."""
        return self.execution.uuid4()

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that the execution was started with."""
        return self.execution.tags

    def signal(self, name: str) -> Placeholder[Any]:
        """The next unread signal of that name; those that came before are there already.

        Its result is the signal's value: JSON, else the text itself; None without one. It takes a
        signal though nobody looks at it: in a loop with a time limit keep it for the next round, or
        `cancel()` it. Names that begin with `flowy.` are ours.

        Raises:
            OptionError: for such a name, or one that a handler method takes.
        """
        return self.execution.signal(name)

    def marker(self, name: str, details: Any = None) -> None:
        """Record a marker in the history, for people and tools; `details` is a JSON value.

        Raises:
            OptionError: for a name longer than 256 characters, or one that begins with `flowy.`.
            SerializationError: for details without a JSON form, or over 32,768 characters.
        """
        self.execution.marker(name, details)

    def side_effect(self, code: Callable[[], Any]) -> Any:
        """Run `code()` now and record its value, a JSON value of at most 32,768 characters.

        Replay does not run it again but takes the recorded value; if the decision's answer is lost
        it may run twice. It must be quick (an activity is the place for work) and ask flowy for
        nothing.

        Raises:
            TaskFailed: if the code raised an exception, then and in each replay.
        """
        return self.execution.side_effect(code)

    def patched(self, id: str) -> bool:
        """Whether to go the new way where code was changed: `if self.patched("resize-first"): …`.

        False in executions that passed here before the change was deployed, True in all others. The
        first call in an execution decides for all of its life: a loop that began before sees the
        new code only in another run.
        """
        return self.execution.patched(id)

    def patch_done(self, id: str) -> None:
        """Say that the old way is gone from the code; in `patched`'s place, while both may run.

        An execution that went the old way is parked then. Once none is left this may go too.
        """
        self.execution.patch_done(id)

    @property
    def log(self) -> Log:
        """The log: `self.log.info("resized", width=128)`. Silent when the code is replayed."""
        return Log(self.execution)

    @property
    def context(self) -> Any:
        """A JSON value that is read from outside: `handle.context()`, `flowy show`.

        What is assigned goes out with this decision and each one after it. None at first.

        Raises:
            SerializationError: at the assignment: no JSON form, or over 30,000 characters.
        """
        return self.execution.read_context()

    @context.setter
    def context(self, value: Any) -> None:
        self.execution.write_context(value)


def on_signal(name: str) -> Callable[[F], F]:
    """Make a method of a workflow the handler of a signal: `@on_signal("approve")`.

    It gets the value of each signal of that name and runs as a branch of its own, in order of
    arrival; what it raises fails the execution. Like other branches it is cancelled when `run`
    ends.

    Raises:
        OptionError: for a name that is ours, or that SWF would refuse.
    """
    check_given("signal", name)

    def mark(method: F) -> F:
        setattr(method, HANDLES, name)
        return method

    return mark


def handlers_of(workflow: type) -> dict[str, str]:
    """The methods of a class that handle signals, by the signal's name.

    Raises:
        RegistrationError: if two methods handle one signal.
    """
    found: dict[str, str] = {}
    for attribute in dir(workflow):
        method = getattr(workflow, attribute, None)
        name = getattr(method, HANDLES, None) if isfunction(method) else None
        if name is None:
            continue
        if found.setdefault(name, attribute) != attribute:
            both = f"{found[name]}() and {attribute}()"
            raise RegistrationError(
                f"{workflow.__name__}: {both} handle the signal {name!r}",
                hint="one method is enough: it can call the other",
            )
    return found
