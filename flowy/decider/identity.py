"""What makes a decision and the event that records it the same: kind, id, type and arguments."""

from typing import Any

from flowy import forms, references
from flowy.swf import decisions as d
from flowy.swf import events as e
from flowy.swf.decisions import Decision
from flowy.swf.events import Attributes

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

Identity = tuple[str, ...]
"""The decision type's name, then what tells one decision of the type from another."""


def of_decision(decision: Decision) -> Identity:
    """The identity of something asked."""
    kind = type(decision)
    return (kind.__name__, *(str(getattr(decision, name)) for name in _FIELDS[kind]))


def of_event(attributes: Attributes) -> Identity:
    """The identity of something recorded; events that record no decision have their own name."""
    kind = _RECORDS.get(type(attributes))
    if kind is None:
        return (type(attributes).__name__,)
    return (kind.__name__, *(str(getattr(attributes, name)) for name in _FIELDS[kind]))


def records_decision(attributes: Attributes) -> bool:
    """Whether an event of a batch stands for a decision (two events come of some cancellations)."""
    return type(attributes) in _RECORDS


def same(attributes: Attributes, decision: Decision, arguments: str | None) -> bool:
    """Whether the event records this very decision, its arguments included.

    A refused decision (ScheduleActivityTaskFailed) records no arguments: its id must do.
    """
    if of_event(attributes) != of_decision(decision):
        return False
    if isinstance(decision, d.RecordMarker):  # a refused one records no details either
        details: Any = getattr(attributes, "details", decision.details)
        return details == decision.details or references.stands_for(details, decision.details or "")
    recorded: Any = getattr(attributes, "input", None)
    if arguments is None or not hasattr(attributes, "input"):
        return True
    return forms.same_arguments(recorded, arguments)


def is_patch(thing: Attributes | Decision) -> bool:
    """Whether this is a patch's marker, which no replay asks for again."""
    return getattr(thing, "marker_name", "").startswith(PATCH)


def describe(identity: Identity) -> str:
    """`ScheduleActivityTask resize-2 of Resize/1`, for people."""
    kind, *rest = identity
    return " ".join([kind, " of ".join(rest)]).strip()
