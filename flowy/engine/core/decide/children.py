"""The decision to start a child execution."""

from flowy.engine.core.decide.batch import Batch, Denied
from flowy.engine.core.decide.settings import decided_settings, usable_type
from flowy.engine.core.registry import RegisteredType
from flowy.swf.decisions import StartChildWorkflowExecution
from flowy.swf.events import StartChildWorkflowExecutionInitiated


def start_child_workflow_execution(batch: Batch, decision: StartChildWorkflowExecution) -> None:
    """Ask for a child. It starts later, in a transaction of its own."""
    initiated = _initiated(batch, decision, usable_type(batch, decision.workflow_type))
    if len(batch.run.children) >= batch.settings.open_children:
        raise Denied("OPEN_CHILDREN_LIMIT_EXCEEDED")
    if batch.open_before + batch.children >= batch.settings.open_executions:
        raise Denied("OPEN_WORKFLOWS_LIMIT_EXCEEDED")
    batch.spend(decision.type, "CHILD_CREATION_RATE_EXCEEDED")
    batch.append(initiated)
    batch.children += 1


def _initiated(
    batch: Batch, decision: StartChildWorkflowExecution, found: RegisteredType
) -> StartChildWorkflowExecutionInitiated:
    settings = decided_settings(decision, found)
    return StartChildWorkflowExecutionInitiated(
        settings.child_policy,
        batch.completed_id,
        settings.task_list,
        decision.workflow_id,
        decision.workflow_type,
        control=decision.control,
        execution_start_to_close_timeout=settings.execution_start_to_close_timeout,
        input=decision.input,
        lambda_role=settings.lambda_role,
        tag_list=decision.tag_list,
        task_priority=settings.task_priority,
        task_start_to_close_timeout=settings.task_start_to_close_timeout,
    )
