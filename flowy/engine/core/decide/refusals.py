"""The event that says why a decision was not carried out."""

from collections.abc import Callable
from typing import Any

from flowy.swf import decisions as d
from flowy.swf import events as e
from flowy.swf.decisions import Decision
from flowy.swf.events import Attributes

NOT_PERMITTED = "OPERATION_NOT_PERMITTED"

REFUSALS: dict[type[Decision], Callable[[Any, str, int], Attributes]] = {
    d.ScheduleActivityTask: lambda a, cause, batch: e.ScheduleActivityTaskFailed(
        a.activity_id, a.activity_type, cause, batch
    ),
    d.RequestCancelActivityTask: lambda a, cause, batch: e.RequestCancelActivityTaskFailed(
        a.activity_id, cause, batch
    ),
    d.StartTimer: lambda a, cause, batch: e.StartTimerFailed(cause, batch, a.timer_id),
    d.CancelTimer: lambda a, cause, batch: e.CancelTimerFailed(cause, batch, a.timer_id),
    d.RecordMarker: lambda a, cause, batch: e.RecordMarkerFailed(cause, batch, a.marker_name),
    d.StartChildWorkflowExecution: lambda a, cause, batch: e.StartChildWorkflowExecutionFailed(
        cause, batch, 0, a.workflow_id, a.workflow_type, a.control
    ),
    d.ScheduleLambdaFunction: lambda a, cause, batch: e.ScheduleLambdaFunctionFailed(
        cause, batch, a.id, a.name
    ),
    d.CompleteWorkflowExecution: lambda _, cause, batch: e.CompleteWorkflowExecutionFailed(
        cause, batch
    ),
    d.FailWorkflowExecution: lambda _, cause, batch: e.FailWorkflowExecutionFailed(cause, batch),
    d.CancelWorkflowExecution: lambda _, cause, batch: e.CancelWorkflowExecutionFailed(
        cause, batch
    ),
    d.ContinueAsNewWorkflowExecution: (
        lambda _, cause, batch: e.ContinueAsNewWorkflowExecutionFailed(cause, batch)
    ),
}
"""From a decision, its cause and its DecisionTaskCompleted to the ...Failed event.

Signals and cancel requests to other executions are absent: they are refused later, in a
transaction of their own.
"""

UNFORBIDDEN = (d.ScheduleLambdaFunction,)
"""SWF has no OPERATION_NOT_PERMITTED for it: the role of the execution decides."""


def is_forbidden(decision: Decision, not_permitted: frozenset[str]) -> bool:
    """Whether a decision is refused in its batch because the caller may not make it."""
    kind = type(decision)
    return decision.type in not_permitted and kind in REFUSALS and kind not in UNFORBIDDEN
