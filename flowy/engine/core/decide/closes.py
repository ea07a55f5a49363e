"""Decisions that close an execution: refused while a decision task waits."""

from flowy.engine.core.decide.batch import Batch, Denied
from flowy.engine.core.decide.settings import decided_settings, usable_type
from flowy.engine.core.registry import RegisteredType
from flowy.swf.decisions import (
    CancelWorkflowExecution,
    CompleteWorkflowExecution,
    ContinueAsNewWorkflowExecution,
    FailWorkflowExecution,
)
from flowy.swf.events import (
    WorkflowExecutionCanceled,
    WorkflowExecutionCompleted,
    WorkflowExecutionContinuedAsNew,
    WorkflowExecutionFailed,
)
from flowy.swf.values import TypeId

UNHANDLED = "UNHANDLED_DECISION"
"""Something happened that the decider has not seen: the normal outcome of a race."""


def _check_seen(batch: Batch) -> None:
    if batch.run.waiting is not None:
        raise Denied(UNHANDLED)


def complete_workflow_execution(batch: Batch, decision: CompleteWorkflowExecution) -> None:
    _check_seen(batch)
    batch.append(WorkflowExecutionCompleted(batch.completed_id, decision.result))


def fail_workflow_execution(batch: Batch, decision: FailWorkflowExecution) -> None:
    _check_seen(batch)
    batch.append(WorkflowExecutionFailed(batch.completed_id, decision.details, decision.reason))


def cancel_workflow_execution(batch: Batch, decision: CancelWorkflowExecution) -> None:
    """Close as canceled; nobody needs to have asked for it."""
    _check_seen(batch)
    batch.append(WorkflowExecutionCanceled(batch.completed_id, decision.details))


def continue_as_new(batch: Batch, decision: ContinueAsNewWorkflowExecution) -> None:
    """Close this run; the next one starts at once, so that the workflowId is never free."""
    _check_seen(batch)
    current = batch.run.started.workflow_type
    wanted = TypeId(current.name, decision.workflow_type_version or current.version)
    continued = _continued(batch, decision, usable_type(batch, wanted))
    batch.spend(decision.type, "CONTINUE_AS_NEW_WORKFLOW_EXECUTION_RATE_EXCEEDED")
    batch.append(continued)


def _continued(
    batch: Batch, decision: ContinueAsNewWorkflowExecution, found: RegisteredType
) -> WorkflowExecutionContinuedAsNew:
    settings = decided_settings(decision, found)
    return WorkflowExecutionContinuedAsNew(
        settings.child_policy,
        batch.completed_id,
        batch.new_run_id(),
        settings.task_list,
        found.id,
        execution_start_to_close_timeout=settings.execution_start_to_close_timeout,
        input=decision.input,
        lambda_role=settings.lambda_role,
        tag_list=decision.tag_list,
        task_priority=settings.task_priority,
        task_start_to_close_timeout=settings.task_start_to_close_timeout,
    )
