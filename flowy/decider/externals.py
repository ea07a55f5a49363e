"""Signals and cancel requests that workflow code sends to other executions, children among them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from flowy import forms
from flowy.converter import Converter
from flowy.decider.asked import Ask, Asked
from flowy.decider.children import UNKNOWN, ChildCall
from flowy.decider.lines import Lines
from flowy.decider.places import Place, caller
from flowy.decider.readiness import once_there
from flowy.errors import TaskCanceled, TaskNotScheduled
from flowy.options import check_name
from flowy.placeholders import Error, Placeholder, Value, copy, fill
from flowy.swf.decisions import (
    Decision,
    RequestCancelExternalWorkflowExecution,
    SignalExternalWorkflowExecution,
)


class Target(NamedTuple):
    """An execution that something is sent to; without a runId its open run."""

    workflow_id: str
    run_id: str | None = None


class Message(NamedTuple):
    """A signal's name, and its value in a list, which may hold placeholders."""

    name: str
    value: list[Any]


@dataclass(eq=False, slots=True)
class ExternalCall:
    """A signal or a cancel request that was asked for; `what` says it to people."""

    placeholder: Placeholder[Any]
    what: str
    place: Place | None
    scheduled: int = 0
    asked: bool = False


class Externals:
    """What one execution sends to others."""

    def __init__(self, lines: Lines, asked: Asked, converter: Converter) -> None:
        self._lines = lines
        self._asked = asked
        self._converter = converter

    def signal(
        self, placeholder: Placeholder[Any], target: Target, message: Message
    ) -> ExternalCall:
        """Signal an execution once the placeholders in the value have their results.

        Raises:
            OptionError: for a name that SWF would refuse.
            SerializationError: for a value without a JSON form.
        """
        call = prepared(placeholder, message, target.workflow_id)
        go = partial(self._signal, call, target, taken(message))
        once_there(self._lines, placeholder, message.value, go)
        return call

    def signal_child(
        self, placeholder: Placeholder[Any], child: ChildCall, message: Message
    ) -> ExternalCall:
        """Signal a child; SWF knows no signal to one that has not started: it waits for that.

        Raises:
            OptionError: for a name that SWF would refuse.
            SerializationError: for a value without a JSON form.
        """
        call = prepared(placeholder, message, child.workflow_id)
        go = partial(self._once_started, call, child, taken(message))
        once_there(self._lines, placeholder, message.value, go)
        return call

    def request_cancel(self, placeholder: Placeholder[Any], target: Target) -> ExternalCall:
        """Ask an execution to cancel itself."""
        call = ExternalCall(placeholder, f"the cancel request to {target.workflow_id}", caller())
        request = RequestCancelExternalWorkflowExecution(
            workflow_id=target.workflow_id, run_id=target.run_id
        )
        self._ask(call, request)
        return call

    def arrived(self, call: ExternalCall) -> None:
        """The other execution has it in its history."""
        self._lines.settle(call.placeholder, Value(None))

    def refused(self, call: ExternalCall, cause: str) -> None:
        """Settle it with SWF's cause; the other execution is closed, or never was."""
        self._lines.settle(call.placeholder, Error(TaskNotScheduled(cause, call.what)))

    def cancel(self, call: ExternalCall) -> None:
        """Not send what still waits; what was sent cannot be taken back."""
        if not call.asked:
            self._lines.settle(call.placeholder, Error(TaskCanceled()))

    def _once_started(
        self, call: ExternalCall, child: ChildCall, message: Callable[[], Message]
    ) -> None:
        made = message()
        forms.write_signal(made.value[0], self._converter)  # refuses it here, where the code asked

        def reach(started: bool) -> None:
            if call.placeholder.outcome is not None:
                return
            if started:
                self._signal(call, Target(child.workflow_id), lambda: made)
            else:
                self.refused(call, UNKNOWN)

        if child.running or child.placeholder.outcome is not None:
            reach(child.running)
        else:
            child.after_start.append(reach)

    def _signal(self, call: ExternalCall, target: Target, message: Callable[[], Message]) -> None:
        name, value = message()
        text = forms.write_signal(value[0], self._converter)
        signal = SignalExternalWorkflowExecution(
            signal_name=name, workflow_id=target.workflow_id, run_id=target.run_id, input=text
        )
        self._ask(call, signal, text or "")

    def _ask(self, call: ExternalCall, decision: Decision, arguments: str | None = None) -> None:
        call.asked = True
        self._asked.ask(Ask(decision, call, arguments, call.place))


def prepared(placeholder: Placeholder[Any], message: Message, to: str) -> ExternalCall:
    """The call that sends a signal.

    Raises:
        OptionError: for a name that SWF would refuse.
    """
    check_name("signal", message.name)
    return ExternalCall(placeholder, f"the signal {message.name!r} to {to}", caller())


def taken(message: Message) -> Callable[[], Message]:
    """The message with its containers copied now, to be filled in when all of it is there."""
    value = copy(message.value)
    return lambda: Message(message.name, fill(value))
