"""Signals and cancel requests from one execution to another, or to itself."""

from flowy.engine.core.execution import Execution
from flowy.engine.core.families import CancelOther, SignalOther
from flowy.engine.core.world import World
from flowy.swf.events import (
    Attributes,
    ExternalWorkflowExecutionCancelRequested,
    ExternalWorkflowExecutionSignaled,
    RequestCancelExternalWorkflowExecutionFailed,
    SignalExternalWorkflowExecutionFailed,
    WorkflowExecutionCancelRequested,
    WorkflowExecutionSignaled,
)

_SIGNAL = "SignalExternalWorkflowExecution"
_CANCEL = "RequestCancelExternalWorkflowExecution"
_TOO_FAST = {
    _SIGNAL: "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED",
    _CANCEL: "REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED",
}


def signal_other(world: World, step: SignalOther, now: int) -> None:
    """Signal the target, then tell the sender what became of it."""
    asked = step.request
    target = _reach(world, _SIGNAL, step, now)
    answer: Attributes
    if isinstance(target, str):
        answer = SignalExternalWorkflowExecutionFailed(
            target,
            asked.decision_task_completed_event_id,
            step.initiated_id,
            asked.workflow_id,
            asked.control,
            asked.run_id,
        )
    else:
        signal = WorkflowExecutionSignaled(
            asked.signal_name, step.initiated_id, step.sender.id, asked.input
        )
        world.tell(target, signal, now)
        answer = ExternalWorkflowExecutionSignaled(step.initiated_id, target.id)
    world.tell(step.sender, answer, now)


def cancel_other(world: World, step: CancelOther, now: int) -> None:
    """Ask the target to cancel, then tell the sender what became of it."""
    asked = step.request
    target = _reach(world, _CANCEL, step, now)
    answer: Attributes
    if isinstance(target, str):
        answer = RequestCancelExternalWorkflowExecutionFailed(
            target,
            asked.decision_task_completed_event_id,
            step.initiated_id,
            asked.workflow_id,
            asked.control,
            asked.run_id,
        )
    else:
        request = WorkflowExecutionCancelRequested(
            external_initiated_event_id=step.initiated_id,
            external_workflow_execution=step.sender.id,
        )
        world.tell(target, request, now)
        answer = ExternalWorkflowExecutionCancelRequested(step.initiated_id, target.id)
    world.tell(step.sender, answer, now)


def _reach(world: World, action: str, step: SignalOther | CancelOther, now: int) -> Execution | str:
    """Find the open target of a request, or the cause why it is not carried out."""
    if action in world.settings.not_permitted:
        return "OPERATION_NOT_PERMITTED"
    asked = step.request
    run = world.find(step.sender.domain, asked.workflow_id)
    if run is None or (asked.run_id and run.id.run_id != asked.run_id):
        return "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"
    return run if world.buckets.allows(action, now) else _TOO_FAST[action]
