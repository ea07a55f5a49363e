"""Signals and cancel requests that workflow code sends to other executions, children among them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, NamedTuple

from flowy import forms
from flowy.converter import Converter
from flowy.decider.asked import Ask, Asked
from flowy.decider.attempts import after_failure, numbered
from flowy.decider.children import UNKNOWN, ChildCall
from flowy.decider.lines import Lines
from flowy.decider.memory import Memory
from flowy.decider.places import Place, caller
from flowy.decider.readiness import once_there
from flowy.errors import TaskCanceled, TaskNotScheduled
from flowy.options import ACTIVITY_DEFAULTS, Options, check_name, duration
from flowy.placeholders import Error, Placeholder, Value, copy, fill
from flowy.retry import Again, GiveUp, Spent, is_limit
from flowy.swf.decisions import (
    CancelTimer,
    Decision,
    RequestCancelExternalWorkflowExecution,
    SignalExternalWorkflowExecution,
    StartTimer,
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

    kind: ClassVar[type[Decision]] = SignalExternalWorkflowExecution
    placeholder: Placeholder[Any]
    what: str
    place: Place | None
    ask: Ask | None = None
    options: Options = ACTIVITY_DEFAULTS
    scheduled: int = 0
    spent: Spent = field(default_factory=Spent)
    canceling: bool = False
    resting: bool = False

    @property
    def attempt(self) -> str:
        """The id of the timer before the attempt that runs now."""
        return numbered(self.placeholder.name, self.spent)


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
        call.ask = Ask(request, call, place=call.place)
        self._send(call)
        return call

    def arrived(self, call: ExternalCall) -> None:
        """The other execution has it in its history."""
        self._lines.settle(call.placeholder, Value(None))

    def refused(self, call: ExternalCall, cause: str, memory: Memory) -> None:
        """Settle it with SWF's cause: the other execution is closed, or never was.

        After one of SWF's rate limits send it again later.
        """
        error = TaskNotScheduled(cause, call.what)
        step: Again | GiveUp = GiveUp()
        if is_limit(cause):
            step = after_failure(call, error, memory, self._asked, lambda: False)
        match step:
            case Again(delay):
                timer = StartTimer(start_to_fire_timeout=duration(delay), timer_id=call.attempt)
                self._asked.ask(Ask(timer, call, place=call.place))
                call.resting = True
            case GiveUp():
                self._lines.settle(call.placeholder, Error(error))

    def fired(self, call: ExternalCall) -> None:
        """The wait after a rate limit is over."""
        if call.placeholder.outcome is None:
            self._send(call)

    def cancel(self, call: ExternalCall) -> None:
        """Not send what still waits; what was sent cannot be taken back."""
        if call.placeholder.outcome is not None or (call.ask is not None and not call.resting):
            return
        if call.resting:
            timer = CancelTimer(timer_id=call.attempt)
            self._asked.ask(Ask(timer, place=caller()), after=call)
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
                error = TaskNotScheduled(UNKNOWN, call.what)
                self._lines.settle(call.placeholder, Error(error))

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
        call.ask = Ask(signal, call, text or "", call.place)
        self._send(call)

    def _send(self, call: ExternalCall) -> None:
        call.resting = False
        assert call.ask is not None  # noqa: S101  # it was sent before, or is now
        self._asked.ask(call.ask)


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
