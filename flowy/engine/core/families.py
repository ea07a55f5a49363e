"""What an event in one execution brings about in others: later transactions, in their order."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from flowy.engine.core.execution import Execution
from flowy.swf.events import (
    Attributes,
    ChildWorkflowExecutionCanceled,
    ChildWorkflowExecutionCompleted,
    ChildWorkflowExecutionFailed,
    ChildWorkflowExecutionTerminated,
    ChildWorkflowExecutionTimedOut,
    Event,
    LambdaFunctionScheduled,
    RequestCancelExternalWorkflowExecutionInitiated,
    SignalExternalWorkflowExecutionInitiated,
    StartChildWorkflowExecutionInitiated,
    WorkflowExecutionCanceled,
    WorkflowExecutionCompleted,
    WorkflowExecutionContinuedAsNew,
    WorkflowExecutionFailed,
    WorkflowExecutionStarted,
    WorkflowExecutionTerminated,
    WorkflowExecutionTimedOut,
)
from flowy.swf.values import ExecutionId, TypeId


class StartChild(Struct, frozen=True):
    parent: Execution
    initiated_id: int
    request: StartChildWorkflowExecutionInitiated


class SignalOther(Struct, frozen=True):
    sender: Execution
    initiated_id: int
    request: SignalExternalWorkflowExecutionInitiated


class CancelOther(Struct, frozen=True):
    sender: Execution
    initiated_id: int
    request: RequestCancelExternalWorkflowExecutionInitiated


class TellParent(Struct, frozen=True):
    child: Execution
    close: Attributes


class ApplyPolicy(Struct, frozen=True):
    parent: Execution
    policy: str


class StartNext(Struct, frozen=True):
    old: Execution
    continued: WorkflowExecutionContinuedAsNew


class RefuseRole(Struct, frozen=True):
    """A Lambda function was scheduled by an execution that has no role to call it with."""

    run: Execution
    scheduled_id: int


FollowUp = (
    StartChild | SignalOther | CancelOther | TellParent | ApplyPolicy | StartNext | RefuseRole
)


_ENDS: tuple[type[Attributes], ...] = (
    WorkflowExecutionCompleted,
    WorkflowExecutionFailed,
    WorkflowExecutionCanceled,
)
_REQUESTS: dict[type[Attributes], Callable[[Execution, int, Any], FollowUp]] = {
    StartChildWorkflowExecutionInitiated: StartChild,
    SignalExternalWorkflowExecutionInitiated: SignalOther,
    RequestCancelExternalWorkflowExecutionInitiated: CancelOther,
}


def follow_ups(run: Execution, event: Event) -> list[FollowUp]:
    """What must happen because of one event, outside of its transaction."""
    attributes = event.attributes
    kind = type(attributes)
    if kind in _REQUESTS:
        return [_REQUESTS[kind](run, event.id, attributes)]
    if isinstance(attributes, WorkflowExecutionContinuedAsNew):
        return [StartNext(run, attributes)]
    if isinstance(attributes, WorkflowExecutionTerminated | WorkflowExecutionTimedOut):
        return [TellParent(run, attributes), ApplyPolicy(run, attributes.child_policy)]
    if isinstance(attributes, LambdaFunctionScheduled) and run.started.lambda_role is None:
        return [RefuseRole(run, event.id)]
    return [TellParent(run, attributes)] if kind in _ENDS else []


def child_started(request: StartChild) -> WorkflowExecutionStarted:
    """Write the first event of a child."""
    asked = request.request
    return WorkflowExecutionStarted(
        asked.child_policy,
        asked.task_list,
        asked.workflow_type,
        execution_start_to_close_timeout=asked.execution_start_to_close_timeout,
        input=asked.input,
        lambda_role=asked.lambda_role,
        parent_initiated_event_id=request.initiated_id,
        parent_workflow_execution=request.parent.id,
        tag_list=asked.tag_list,
        task_priority=asked.task_priority,
        task_start_to_close_timeout=asked.task_start_to_close_timeout,
    )


def next_started(request: StartNext) -> WorkflowExecutionStarted:
    """Write the first event of a continued run. It keeps its parent, and nothing else."""
    asked = request.continued
    before = request.old.started
    return WorkflowExecutionStarted(
        asked.child_policy,
        asked.task_list,
        asked.workflow_type,
        continued_execution_run_id=request.old.id.run_id,
        execution_start_to_close_timeout=asked.execution_start_to_close_timeout,
        input=asked.input,
        lambda_role=asked.lambda_role,
        parent_initiated_event_id=before.parent_initiated_event_id or 0,
        parent_workflow_execution=before.parent_workflow_execution,
        tag_list=asked.tag_list,
        task_priority=asked.task_priority,
        task_start_to_close_timeout=asked.task_start_to_close_timeout,
    )


def child_closed(
    close: Attributes, ids: tuple[int, int], child: ExecutionId, type_id: TypeId
) -> Attributes:
    """Write how a parent is told that a child closed; `ids` are initiated and started."""
    initiated, started = ids
    match close:
        case WorkflowExecutionCompleted():
            return ChildWorkflowExecutionCompleted(initiated, started, child, type_id, close.result)
        case WorkflowExecutionFailed():
            return ChildWorkflowExecutionFailed(
                initiated, started, child, type_id, close.details, close.reason
            )
        case WorkflowExecutionCanceled():
            return ChildWorkflowExecutionCanceled(initiated, started, child, type_id, close.details)
        case WorkflowExecutionTimedOut():
            return ChildWorkflowExecutionTimedOut(
                initiated, started, close.timeout_type, child, type_id
            )
        case _:
            return ChildWorkflowExecutionTerminated(initiated, started, child, type_id)
