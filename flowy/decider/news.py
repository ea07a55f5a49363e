"""What each event means to an execution: it is delivered to the call that it belongs to.

Later events find their call by the id of the event that recorded it, never by our own ids. An event
of a call that is not open (settled long ago, or not ours) means nothing.
"""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from flowy.decider.activities import Activities, ActivityCall
from flowy.decider.children import ChildCall
from flowy.decider.externals import ExternalCall
from flowy.decider.lambdas import LambdaCall
from flowy.decider.reports import HANDLERS, Reached
from flowy.decider.timers import TimerCall, Timers
from flowy.reserved import OURS
from flowy.swf import events as e
from flowy.swf.events import Attributes, Event


class Receiver(Reached, Protocol):
    """The execution, as the news sees it."""

    activities: Activities
    timers: Timers

    def begin(self, started: e.WorkflowExecutionStarted) -> None:
        """Start the main line."""

    def signaled(self, name: str, text: str | None) -> None:
        """Pass a signal on to the code."""

    def cancel(self) -> None:
        """Pass a cancel request on to the code."""

    def close_refused(self, cause: str) -> None:
        """SWF did not take the close."""


def matter(events: Iterable[Event]) -> list[Event]:
    """Those that mean something to an execution: most event types are no news to it."""
    return [event for event in events if type(event.attributes) in _HANDLERS]


def deliver(event: Event, to: Receiver) -> None:
    """Deliver one event that matters."""
    _HANDLERS[type(event.attributes)](to, event.id, event.attributes)


def outlives_code(attributes: Attributes) -> bool:
    """Whether an event matters once the code has ended: a refused close, a signal nobody reads."""
    return type(attributes) in _OUTLIVES


def _started(to: Receiver, _: int, event: e.WorkflowExecutionStarted) -> None:
    to.begin(event)


def _signaled(to: Receiver, _: int, event: e.WorkflowExecutionSignaled) -> None:
    if not event.signal_name.startswith(OURS):  # ours only bring a decision task
        to.signaled(event.signal_name, event.input)


def _cancel_requested(to: Receiver, _: int, __: e.WorkflowExecutionCancelRequested) -> None:
    to.cancel()


def _completed(to: Receiver, _: int, event: e.ActivityTaskCompleted) -> None:
    if call := to.take(event.scheduled_event_id):
        to.activities.completed(call, event.result)


def _failed(to: Receiver, _: int, event: e.ActivityTaskFailed) -> None:
    if call := to.take(event.scheduled_event_id):
        to.activities.failed(call, event.reason, event.details, to.memory)


def _timed_out(to: Receiver, _: int, event: e.ActivityTaskTimedOut) -> None:
    if call := to.take(event.scheduled_event_id):
        to.activities.timed_out(call, event.timeout_type, event.details, to.memory)


def _canceled(to: Receiver, _: int, event: e.ActivityTaskCanceled) -> None:
    if call := to.take(event.scheduled_event_id):
        to.activities.canceled(call, event.details)


def _not_scheduled(to: Receiver, id: int, event: e.ScheduleActivityTaskFailed) -> None:
    if call := to.take(id):
        to.activities.refused(call, event.cause, to.memory)


def _fired(to: Receiver, _: int, event: e.TimerFired) -> None:
    match to.take(event.started_event_id):
        case TimerCall() as timer:
            to.timers.fired(timer)
        case ActivityCall() as call:
            to.activities.fired(call)
        case ChildCall() as child:
            to.children.fired(child)
        case LambdaCall() as function:
            to.lambdas.fired(function)
        case ExternalCall() as sent:
            to.externals.fired(sent)


def _timer_canceled(to: Receiver, _: int, event: e.TimerCanceled) -> None:
    to.take(event.started_event_id)  # settled when it was asked for; now it is open no longer


def _not_started(to: Receiver, id: int, event: e.StartTimerFailed) -> None:
    match to.take(id):
        case TimerCall() as timer:
            to.timers.refused(timer, event.cause, to.memory)
        case ActivityCall() as call:
            to.activities.refused(call, event.cause, to.memory)
        case ChildCall() as child:
            to.children.refused(child, event.cause, to.memory)
        case LambdaCall() as function:
            to.lambdas.refused(function, event.cause, to.memory)
        case ExternalCall() as sent:
            to.externals.refused(sent, event.cause, to.memory)


def _close_refused(to: Receiver, _: int, event: Any) -> None:
    to.close_refused(event.cause)


_REFUSED_CLOSES = {
    e.CompleteWorkflowExecutionFailed,
    e.FailWorkflowExecutionFailed,
    e.CancelWorkflowExecutionFailed,
    e.ContinueAsNewWorkflowExecutionFailed,
}

_OUTLIVES = _REFUSED_CLOSES | {e.WorkflowExecutionSignaled}

_HANDLERS: dict[type[Attributes], Callable[[Receiver, int, Any], None]] = {
    e.WorkflowExecutionStarted: _started,
    e.WorkflowExecutionSignaled: _signaled,
    e.WorkflowExecutionCancelRequested: _cancel_requested,
    e.ActivityTaskCompleted: _completed,
    e.ActivityTaskFailed: _failed,
    e.ActivityTaskTimedOut: _timed_out,
    e.ActivityTaskCanceled: _canceled,
    e.ScheduleActivityTaskFailed: _not_scheduled,
    e.TimerFired: _fired,
    e.StartTimerFailed: _not_started,
    e.TimerCanceled: _timer_canceled,
    **HANDLERS,
    **dict.fromkeys(_REFUSED_CLOSES, _close_refused),
}
