"""From decisions to events: one file per family of decisions."""

from collections.abc import Callable, Sequence
from typing import Any

from flowy.engine.core import faults
from flowy.engine.core.decide.activities import (
    request_cancel_activity_task,
    schedule_activity_task,
)
from flowy.engine.core.decide.batch import Batch, Denied
from flowy.engine.core.decide.children import start_child_workflow_execution
from flowy.engine.core.decide.closes import (
    cancel_workflow_execution,
    complete_workflow_execution,
    continue_as_new,
    fail_workflow_execution,
)
from flowy.engine.core.decide.externals import request_cancel_external, signal_external
from flowy.engine.core.decide.lambdas import schedule_lambda_function
from flowy.engine.core.decide.refusals import NOT_PERMITTED, REFUSALS, is_forbidden
from flowy.engine.core.decide.timers import cancel_timer, record_marker, start_timer
from flowy.swf import decisions as swf
from flowy.swf.decisions import CLOSES, Decision
from flowy.swf.events import DecisionTaskCompleted

DECIDE: dict[type[Decision], Callable[[Batch, Any], None]] = {
    swf.ScheduleActivityTask: schedule_activity_task,
    swf.RequestCancelActivityTask: request_cancel_activity_task,
    swf.StartTimer: start_timer,
    swf.CancelTimer: cancel_timer,
    swf.RecordMarker: record_marker,
    swf.StartChildWorkflowExecution: start_child_workflow_execution,
    swf.SignalExternalWorkflowExecution: signal_external,
    swf.RequestCancelExternalWorkflowExecution: request_cancel_external,
    swf.ScheduleLambdaFunction: schedule_lambda_function,
    swf.CompleteWorkflowExecution: complete_workflow_execution,
    swf.FailWorkflowExecution: fail_workflow_execution,
    swf.CancelWorkflowExecution: cancel_workflow_execution,
    swf.ContinueAsNewWorkflowExecution: continue_as_new,
}


def check_decisions(decisions: Sequence[Decision]) -> None:
    """Refuse a list that SWF refuses as a whole; nothing is appended and the task goes on.

    Raises:
        Refused: for a close that is not last.
    """
    if any(isinstance(decision, CLOSES) for decision in decisions[:-1]):
        raise faults.invalid("Close must be last decision in list")


def apply_decisions(
    batch: Batch, completed: DecisionTaskCompleted, decisions: Sequence[Decision]
) -> None:
    """Append the completion, then what each decision becomes; a decision task comes last."""
    batch.completed_id = batch.append(completed)
    for decision in decisions:
        _apply(batch, decision)
    if batch.news:
        batch.transaction.need_decision()


def _apply(batch: Batch, decision: Decision) -> None:
    """Carry one decision out, or say why not; the first cause in SWF's checking order counts."""
    try:
        if is_forbidden(decision, batch.settings.not_permitted):
            raise Denied(NOT_PERMITTED)
        DECIDE[type(decision)](batch, decision)
    except Denied as denied:
        refusal = REFUSALS[type(decision)](decision, denied.cause, batch.completed_id)
        batch.refuse(refusal)
