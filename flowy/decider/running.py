"""What workflow code may ask of its execution: the other side of `flowy.Workflow`."""

import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, Protocol

from flowy.decider.activities import Activities
from flowy.decider.branches import scoped_path
from flowy.decider.canceling import parts_of
from flowy.decider.noting import Noted, NotingCode
from flowy.decider.reaching import Reach, Reaching
from flowy.decider.timers import Timers
from flowy.options import Seconds
from flowy.placeholders import Outcome, Placeholder
from flowy.proxies import ActivityProxy
from flowy.references import Unopened
from flowy.scopes import AllOptions
from flowy.swf.values import ExecutionId


class Parts(Reach, Noted, Protocol):
    """What an execution is made of."""

    id: ExecutionId
    activities: Activities
    timers: Timers

    def request_cancel(self, placeholder: Placeholder[Any]) -> bool:
        """Ask to cancel what a placeholder stands for; whether its outcome is sure to come."""


class RunningCode(NotingCode, Reaching):
    """The door that a `Workflow` instance and its placeholders go through."""

    _parts: Parts

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @property
    def id(self) -> ExecutionId:
        """The workflowId and runId."""
        return self._parts.id

    def now(self) -> datetime:
        """The time of the turn's DecisionTaskStarted: the same in each replay."""
        self._parts.lines.current()
        return datetime.fromtimestamp(self._parts.memory.turn.at / 1000, UTC)

    def scoped(self, options: AllOptions) -> AbstractContextManager[None]:
        """Options for the calls that this branch makes inside."""
        return self._parts.lines.current().scoped(options)

    def call_activity(
        self, proxy: ActivityProxy[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Placeholder[Any]:
        """Ask for an activity."""
        branch = self._parts.lines.current()
        placeholder: Placeholder[Any] = Placeholder(self, branch.number(proxy.name))
        scope, values = branch.options, (args, kwargs)
        placeholder.source = self._parts.activities.call(placeholder, proxy, scope, values)
        return placeholder

    def start_timer(self, delay: Seconds) -> Placeholder[None]:
        """Ask for a timer."""
        branch = self._parts.lines.current()
        placeholder: Placeholder[None] = Placeholder(self, branch.number("sleep"))
        placeholder.source = self._parts.timers.start(placeholder, delay)
        return placeholder

    def spawn(
        self, code: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Placeholder[Any]:
        """Start a branch with the options that hold now.

        Raises:
            TypeError: for a coroutine that was made already: a branch makes its own.
        """
        given: object = code  # what the annotation promises is what is checked here
        if inspect.iscoroutine(given):
            given.close()
            raise TypeError(f"a branch runs a function: self.spawn({given.__name__}, …)")
        parent = self._parts.lines.current()
        name = parent.number(getattr(code, "__name__", "branch").strip("<>"))
        branch = self._parts.lines.start(
            scoped_path(name), code, args, kwargs, options=parent.options
        )
        branch.shields = tuple(shield for shield in parent.shields if shield.up)
        branch.placeholder = Placeholder(self, name)
        branch.placeholder.source = branch
        return branch.placeholder

    def wait(self, placeholder: Placeholder[Any]) -> None:
        """Return once the placeholder is settled."""
        self._parts.lines.wait(placeholder)

    def open(self, closed: Unopened) -> None:
        """Return once it is known what a value from the payload store is."""
        self._parts.lines.open(closed)

    def cancel(self, placeholder: Placeholder[Any]) -> None:
        """Ask to cancel what the placeholder stands for; what has ended stays as it is."""
        self._parts.lines.current()
        for part in parts_of(placeholder):
            self._parts.request_cancel(part)

    def settle(self, placeholder: Placeholder[Any], outcome: Outcome) -> None:
        """Settle a placeholder that joins others."""
        self._parts.lines.settle(placeholder, outcome)

    def shielded(self) -> AbstractContextManager[None]:
        """Keep the cancellation until the block's end."""
        return self._parts.lines.shielded()
