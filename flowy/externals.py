"""Other executions, as workflow code sees them: its children, and those that others started."""

from typing import Any, Protocol, TypeVar

from flowy.placeholders import Line, Placeholder

T = TypeVar("T")


class Sender(Line, Protocol):
    """What can reach other executions: the running one."""

    def child_id(self, child: "ChildPlaceholder[Any]") -> str:
        """The workflowId of a child."""

    def signal_child(
        self, child: "ChildPlaceholder[Any]", name: str, value: Any
    ) -> Placeholder[None]:
        """Send a signal to a child."""

    def signal_external(
        self, workflow_id: str, run_id: str | None, name: str, value: Any
    ) -> Placeholder[None]:
        """Send a signal to any execution of the domain."""

    def cancel_external(self, workflow_id: str, run_id: str | None) -> Placeholder[None]:
        """Ask any execution of the domain to cancel itself."""


class ChildPlaceholder(Placeholder[T]):
    """The result of a child execution that was asked for.

    `.cancel()` asks the child to cancel itself, and `.result()` waits for how it takes that; a
    child that was not started yet never is.
    """

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender, name: str) -> None:
        super().__init__(sender, name)
        self._sender = sender

    @property
    def workflow_id(self) -> str:
        """The workflowId; each new attempt (`retry`) has one of its own."""
        return self._sender.child_id(self)

    def signal(self, name: str, value: Any = None) -> Placeholder[None]:
        """Send the child a signal, as soon as it has started; the value goes as JSON.

        `.result()` returns once the child has it in its history, and raises `TaskNotScheduled`
        for one that has ended, or never started.

        Raises:
            OptionError: for a name that SWF would refuse.
            SerializationError: for a value without a JSON form.
        """
        return self._sender.signal_child(self, name, value)


class External:
    """An execution of the same domain that somebody else started; `self.external(...)` makes it."""

    def __init__(self, sender: Sender, workflow_id: str, run_id: str | None = None) -> None:
        self._sender = sender
        self.workflow_id = workflow_id
        self.run_id = run_id

    def signal(self, name: str, value: Any = None) -> Placeholder[None]:
        """Send it a signal; the value goes as JSON.

        `.result()` returns once the execution has it in its history.

        Raises:
            OptionError: for a name that SWF would refuse.
            SerializationError: for a value without a JSON form.
            TaskNotScheduled: from `.result()`, if it is not open.
        """
        return self._sender.signal_external(self.workflow_id, self.run_id, name, value)

    def cancel(self) -> Placeholder[None]:
        """Ask it to cancel itself; `.result()` returns once the execution knows, not once it ends.

        Raises:
            TaskNotScheduled: from `.result()`, if it is not open.
        """
        return self._sender.cancel_external(self.workflow_id, self.run_id)
