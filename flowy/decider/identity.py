"""What makes a decision and the event that records it the same: kind, id, type and arguments."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from flowy import inputs
from flowy.decider.difference import Side
from flowy.decider.places import Place
from flowy.swf import decisions as d
from flowy.swf import events as e
from flowy.swf.decisions import Decision
from flowy.swf.events import Attributes, Event

_FIELDS: dict[type[Decision], tuple[str, ...]] = {
    d.ScheduleActivityTask: ("activity_id", "activity_type"),
    d.RequestCancelActivityTask: ("activity_id",),
    d.StartTimer: ("timer_id",),
    d.CancelTimer: ("timer_id",),
    d.RecordMarker: ("marker_name",),
    d.StartChildWorkflowExecution: ("workflow_id", "workflow_type"),
    d.SignalExternalWorkflowExecution: ("workflow_id", "run_id", "signal_name"),
    d.RequestCancelExternalWorkflowExecution: ("workflow_id", "run_id"),
    d.ScheduleLambdaFunction: ("id", "name"),
    d.CompleteWorkflowExecution: (),
    d.FailWorkflowExecution: (),
    d.CancelWorkflowExecution: (),
    d.ContinueAsNewWorkflowExecution: (),
}

_RECORDS: dict[type[Attributes], type[Decision]] = {
    e.ActivityTaskScheduled: d.ScheduleActivityTask,
    e.ScheduleActivityTaskFailed: d.ScheduleActivityTask,
    e.ActivityTaskCancelRequested: d.RequestCancelActivityTask,
    e.RequestCancelActivityTaskFailed: d.RequestCancelActivityTask,
    e.TimerStarted: d.StartTimer,
    e.StartTimerFailed: d.StartTimer,
    e.TimerCanceled: d.CancelTimer,
    e.CancelTimerFailed: d.CancelTimer,
    e.MarkerRecorded: d.RecordMarker,
    e.RecordMarkerFailed: d.RecordMarker,
    e.StartChildWorkflowExecutionInitiated: d.StartChildWorkflowExecution,
    e.StartChildWorkflowExecutionFailed: d.StartChildWorkflowExecution,
    e.SignalExternalWorkflowExecutionInitiated: d.SignalExternalWorkflowExecution,
    e.RequestCancelExternalWorkflowExecutionInitiated: d.RequestCancelExternalWorkflowExecution,
    e.LambdaFunctionScheduled: d.ScheduleLambdaFunction,
    e.ScheduleLambdaFunctionFailed: d.ScheduleLambdaFunction,
    e.WorkflowExecutionCompleted: d.CompleteWorkflowExecution,
    e.CompleteWorkflowExecutionFailed: d.CompleteWorkflowExecution,
    e.WorkflowExecutionFailed: d.FailWorkflowExecution,
    e.FailWorkflowExecutionFailed: d.FailWorkflowExecution,
    e.WorkflowExecutionCanceled: d.CancelWorkflowExecution,
    e.CancelWorkflowExecutionFailed: d.CancelWorkflowExecution,
    e.WorkflowExecutionContinuedAsNew: d.ContinueAsNewWorkflowExecution,
    e.ContinueAsNewWorkflowExecutionFailed: d.ContinueAsNewWorkflowExecution,
}
"""The events that stand for a decision in the batch of their turn."""

PATCH = "flowy.patch-"
"""How the names of the markers of `self.patched` begin."""

OURS = "flowy."
"""Ids that begin so are flowy's own: no workflow code asked for them."""

_TEXTS: dict[type[Attributes], str] = {
    e.MarkerRecorded: "details",
    e.WorkflowExecutionCompleted: "result",
    e.WorkflowExecutionFailed: "reason",
}
"""Where an event keeps what was given to its decision, if not in `input`."""

_GIVEN: dict[type[Attributes], Callable[[Any], str | None]] = {
    kind: attrgetter(name)
    for kind in e.EVENTS.values()
    if (name := _TEXTS.get(kind, "input")) in kind.__struct_fields__
}


def _key(fields: tuple[str, ...]) -> Callable[[Any], Any]:
    return attrgetter(*fields) if fields else lambda _: None


_KEYS = {kind: _key(fields) for kind, fields in _FIELDS.items()}

Lane = type[Decision]


class Patch(d.Decision, frozen=True):
    """The queue of patches' markers: no replay asks for them again, so they wait by themselves."""


Identity = tuple[str, ...]
"""The decision type's name, then what tells one decision of the type from another."""


def of_event(attributes: Attributes) -> Identity:
    """The identity of something recorded; events that record no decision have their own name."""
    kind = _RECORDS.get(type(attributes))
    if kind is None:
        return (type(attributes).__name__,)
    return (kind.__name__, *(str(getattr(attributes, name)) for name in _FIELDS[kind]))


def of_decision(decision: Decision) -> Identity:
    """The identity of something asked."""
    kind = type(decision)
    return (kind.__name__, *(str(getattr(decision, name)) for name in _FIELDS[kind]))


def lane(decision: Decision) -> Lane:
    """The queue that a decision waits in: one for each type, and one for patches."""
    kind = type(decision)
    return Patch if kind is d.RecordMarker and is_patch(decision) else kind


def lane_of_event(attributes: Attributes) -> Lane:
    """The queue of the decision that an event records; only for those that record one."""
    kind = _RECORDS[type(attributes)]
    return Patch if kind is d.RecordMarker and is_patch(attributes) else kind


def records_decision(attributes: Attributes) -> bool:
    """Whether an event of a batch stands for a decision that workflow code asked for.

    Two events come of some cancellations, and some timers are flowy's own.
    """
    found = _RECORDS.get(type(attributes))
    if found is d.StartTimer:
        return not attributes.timer_id.startswith(OURS)  # type: ignore[attr-defined]  # both have it
    return found is not None


def same(attributes: Attributes, decision: Decision, arguments: str | None) -> bool:
    """Whether the event records this very decision, its arguments included.

    A refused decision (ScheduleActivityTaskFailed) records no arguments: its id must do.
    """
    kind = type(decision)
    key = _KEYS[kind]
    if _RECORDS.get(type(attributes)) is not kind or key(attributes) != key(decision):
        return False
    if arguments is None:
        return True
    return same_text(given(attributes), arguments)


def is_patch(thing: Attributes | Decision) -> bool:
    """Whether this is a patch's marker, which no replay asks for again."""
    return getattr(thing, "marker_name", "").startswith(PATCH)


def given(attributes: Attributes) -> str | None:
    """What an event records of the arguments; None where its type records none."""
    read = _GIVEN.get(type(attributes))
    return None if read is None else read(attributes) or ""


def same_text(recorded: str | None, arguments: str) -> bool:
    """Whether recorded arguments are these; the meta of our own form is never compared."""
    return recorded is None or inputs.same_arguments(recorded, arguments)


def recorded_side(event: Event) -> Side:
    """A recorded position, for the message of a difference."""
    name, *fields = of_event(event.attributes)
    text = given(event.attributes)
    plain = None if text is None else inputs.without_meta(text)
    return Side(name, tuple(fields), plain, f"event {event.id}")


def asked_side(decision: Decision, arguments: str | None, place: Place | None) -> Side:
    """An asked position, for the message of a difference."""
    name, *fields = of_decision(decision)
    return Side(name, tuple(fields), arguments, f"at {place}" if place else "")
