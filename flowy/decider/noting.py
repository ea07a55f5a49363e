"""What workflow code may hear, note and tell: the other side of `flowy._notes.Notes`."""

import traceback
from collections.abc import Callable
from typing import Any, Protocol, cast
from uuid import UUID

from flowy.decider.chance import Chance, uuid4
from flowy.decider.handlers import Handlers
from flowy.decider.inbox import Inbox
from flowy.decider.lines import Lines
from flowy.decider.markers import Markers
from flowy.decider.memory import Memory
from flowy.decider.notebook import Notebook
from flowy.decider.origin import Origin
from flowy.errors import OptionError
from flowy.placeholders import Line, Placeholder
from flowy.references import Unopened
from flowy.reserved import check_given


class Noted(Protocol):
    """The parts of an execution that this needs."""

    lines: Lines
    memory: Memory
    inbox: Inbox
    markers: Markers
    notebook: Notebook
    handlers: Handlers
    origin: Origin


class NotingCode:
    """The part of the door that leads to signals, markers, the log and the context."""

    _parts: Noted

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of the execution."""
        return self._parts.origin.tags

    def random(self) -> Chance:
        """The branch's own stream of random numbers."""
        return self._parts.lines.random()

    def uuid4(self) -> UUID:
        """A random UUID of the same stream."""
        return uuid4(self.random())

    def signal(self, name: str) -> Placeholder[Any]:
        """The next unread signal of that name."""
        branch = self._parts.lines.current()
        check_given("signal", name)
        method = self._parts.handlers.methods.get(name)
        if method is not None:
            raise OptionError(
                f"the signal {name!r} goes to {method}()", hint="take one of them out"
            )
        placeholder: Placeholder[Any] = Placeholder(cast("Line", self), branch.number("signal"))
        placeholder.source = self._parts.inbox.ask(placeholder, name)
        return placeholder

    def marker(self, name: str, details: Any) -> None:
        """Ask for a marker."""
        self._parts.lines.current()
        self._parts.markers.record(name, details)

    def side_effect(self, code: Callable[[], Any]) -> Any:
        """What the code gave when it ran."""
        name = self._parts.lines.current().number("side_effect")
        value = self._parts.markers.side_effect(name, code, self._parts.memory)
        if isinstance(value, Unopened):
            self._parts.lines.open(value)
            return value.value
        return value

    def patched(self, id: str) -> bool:
        """Whether the execution goes the new way."""
        self._parts.lines.current()
        return self._parts.markers.patched(id, self._parts.memory)

    def patch_done(self, id: str) -> None:
        """Claim that it does."""
        self._parts.lines.current()
        self._parts.markers.patch_done(id, self._parts.memory)

    def log(self, level: str, event: str, fields: dict[str, Any]) -> None:
        """Log a line, if the turn is live; the code of an evicted execution is silent."""
        if self._parts.lines.dead or self._parts.memory.turn.completed:
            return
        self._parts.lines.current()
        if fields.pop("exc_info", None):
            fields["exception"] = traceback.format_exc()
        self._parts.notebook.log(level, event, fields)

    def write_context(self, value: Any) -> None:
        """Make a value what is read from outside."""
        self._parts.lines.current()
        self._parts.notebook.write(value)

    def read_context(self) -> Any:
        """The value that was written last."""
        self._parts.lines.current()
        return self._parts.notebook.read()
