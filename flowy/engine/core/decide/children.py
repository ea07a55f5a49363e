"""The decision to start a child execution."""

from flowy.engine.core.decide.batch import Batch, Denied
from flowy.engine.core.decide.settings import CAUSES, Given, resolve_settings
from flowy.engine.core.registry import WORKFLOW, RegisteredType
from flowy.swf.decisions import StartChildWorkflowExecution
from flowy.swf.events import StartChildWorkflowExecutionInitiated


def start_child_workflow_execution(batch: Batch, decision: StartChildWorkflowExecution) -> None:
    """Ask for a child. It starts later, in a transaction of its own."""
    initiated = _initiated(batch, decision, _usable_type(batch, decision))
    if len(batch.run.children) >= batch.settings.open_children:
        raise Denied("OPEN_CHILDREN_LIMIT_EXCEEDED")
    if batch.open_before + batch.children >= batch.settings.open_executions:
        raise Denied("OPEN_WORKFLOWS_LIMIT_EXCEEDED")
    batch.spend(decision.type, "CHILD_CREATION_RATE_EXCEEDED")
    batch.append(initiated)
    batch.children += 1


def _usable_type(batch: Batch, decision: StartChildWorkflowExecution) -> RegisteredType:
    found = batch.registry.find_type(WORKFLOW, batch.run.domain, decision.workflow_type)
    if found is None:
        raise Denied("WORKFLOW_TYPE_DOES_NOT_EXIST")
    if found.deprecated:
        raise Denied("WORKFLOW_TYPE_DEPRECATED")
    return found


def _initiated(
    batch: Batch, decision: StartChildWorkflowExecution, found: RegisteredType
) -> StartChildWorkflowExecutionInitiated:
    given = Given(
        decision.child_policy,
        decision.execution_start_to_close_timeout,
        decision.lambda_role,
        decision.task_list,
        decision.task_priority,
        decision.task_start_to_close_timeout,
    )
    settings = resolve_settings(given, found, CAUSES.__getitem__)
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
