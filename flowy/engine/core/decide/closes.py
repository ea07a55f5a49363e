"""Decisions that close an execution: refused while a decision task waits."""

from flowy.engine.core.decide.batch import Batch, Undefined
from flowy.engine.core.decide.settings import CAUSES, Given, resolve_settings
from flowy.engine.core.registry import WORKFLOW, RegisteredType
from flowy.swf.decisions import (
    CancelWorkflowExecution,
    CompleteWorkflowExecution,
    ContinueAsNewWorkflowExecution,
    FailWorkflowExecution,
)
from flowy.swf.events import (
    CancelWorkflowExecutionFailed,
    CompleteWorkflowExecutionFailed,
    ContinueAsNewWorkflowExecutionFailed,
    FailWorkflowExecutionFailed,
    WorkflowExecutionCanceled,
    WorkflowExecutionCompleted,
    WorkflowExecutionContinuedAsNew,
    WorkflowExecutionFailed,
)
from flowy.swf.values import TypeId

UNHANDLED = "UNHANDLED_DECISION"
"""Something happened that the decider has not seen: the normal outcome of a race."""


def complete_workflow_execution(batch: Batch, decision: CompleteWorkflowExecution) -> None:
    if batch.run.waiting is not None:
        batch.refuse(CompleteWorkflowExecutionFailed(UNHANDLED, batch.completed_id))
    else:
        batch.append(WorkflowExecutionCompleted(batch.completed_id, decision.result))


def fail_workflow_execution(batch: Batch, decision: FailWorkflowExecution) -> None:
    if batch.run.waiting is not None:
        batch.refuse(FailWorkflowExecutionFailed(UNHANDLED, batch.completed_id))
    else:
        batch.append(WorkflowExecutionFailed(batch.completed_id, decision.details, decision.reason))


def cancel_workflow_execution(batch: Batch, decision: CancelWorkflowExecution) -> None:
    if batch.run.waiting is not None:
        batch.refuse(CancelWorkflowExecutionFailed(UNHANDLED, batch.completed_id))
    else:
        batch.append(WorkflowExecutionCanceled(batch.completed_id, decision.details))


def continue_as_new(batch: Batch, decision: ContinueAsNewWorkflowExecution) -> None:
    """Close this run; the next one starts at once, so that the workflowId is never free."""
    try:
        batch.append(_continued(batch, decision, _usable_type(batch, decision)))
    except Undefined as undefined:
        batch.refuse(ContinueAsNewWorkflowExecutionFailed(undefined.cause, batch.completed_id))


def _usable_type(batch: Batch, decision: ContinueAsNewWorkflowExecution) -> RegisteredType:
    if batch.run.waiting is not None:
        raise Undefined(UNHANDLED)
    current = batch.run.started.workflow_type
    wanted = TypeId(current.name, decision.workflow_type_version or current.version)
    found = batch.registry.find_type(WORKFLOW, batch.run.domain, wanted)
    if found is None:
        raise Undefined("WORKFLOW_TYPE_DOES_NOT_EXIST")
    if found.deprecated:
        raise Undefined("WORKFLOW_TYPE_DEPRECATED")
    return found


def _continued(
    batch: Batch, decision: ContinueAsNewWorkflowExecution, found: RegisteredType
) -> WorkflowExecutionContinuedAsNew:
    given = Given(
        decision.child_policy,
        decision.execution_start_to_close_timeout,
        decision.lambda_role,
        decision.task_list,
        decision.task_priority,
        decision.task_start_to_close_timeout,
    )
    settings = resolve_settings(given, found, CAUSES.__getitem__)
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
