"""How executions, domains and types look in answers."""

from typing import Any

from msgspec import Raw, to_builtins

from flowy.engine.core.execution import Execution
from flowy.engine.core.registry import ACTIVITY, Domain, RegisteredType
from flowy.engine.core.settings import Settings
from flowy.engine.core.timestamps import write_timestamp

ACCOUNT = "000000000000"
"""The account in ARNs: the engine has none, and a client that parses ARNs wants twelve digits."""


def seconds(at: int) -> Raw:
    """Write a time as SWF does, as a piece of JSON."""
    return Raw(write_timestamp(at).encode())


def execution_info(run: Execution, settings: Settings) -> dict[str, Any]:
    """`executionInfo`, as Describe and the lists show it.

    cancelRequested is true for a run that was asked to cancel, also after it closed: the model's
    reading; two recordings of closed runs say false, and a setting does.
    """
    started = run.started
    keeps = run.is_open or settings.closed_keeps_cancel_requested
    info: dict[str, Any] = {
        "cancelRequested": run.cancel_requested and keeps,
        "execution": to_builtins(run.id),
        "executionStatus": "OPEN" if run.is_open else "CLOSED",
        "startTimestamp": seconds(run.started_at),
        "workflowType": to_builtins(started.workflow_type),
    }
    if run.close_status is not None and run.closed_at is not None:
        info |= {"closeStatus": run.close_status, "closeTimestamp": seconds(run.closed_at)}
    if started.tag_list is not None:
        info["tagList"] = list(started.tag_list)
    if started.parent_workflow_execution is not None:
        info["parent"] = to_builtins(started.parent_workflow_execution)
    if settings.shows_reopenable:
        info |= {"reopenGenerationId": 0, "reopenable": False}
    return info


def describe_execution(run: Execution, settings: Settings) -> dict[str, Any]:
    """The whole answer of DescribeWorkflowExecution; counts are not reset by closing."""
    answer: dict[str, Any] = {
        "executionConfiguration": _configuration(run),
        "executionInfo": execution_info(run, settings),
        "openCounts": {
            "openActivityTasks": len(run.activities),
            "openChildWorkflowExecutions": len(run.children),
            "openDecisionTasks": int(run.waiting is not None),
            "openLambdaFunctions": len(run.lambdas),
            "openTimers": len(run.timers),
        },
    }
    if run.latest_activity_at is not None:
        answer["latestActivityTaskTimestamp"] = seconds(run.latest_activity_at)
    if run.context is not None:
        answer["latestExecutionContext"] = run.context
    return answer


def _configuration(run: Execution) -> dict[str, Any]:
    started = run.started
    found = {
        "childPolicy": started.child_policy,
        "executionStartToCloseTimeout": started.execution_start_to_close_timeout,
        "lambdaRole": started.lambda_role,
        "taskList": to_builtins(started.task_list),
        "taskPriority": started.task_priority,
        "taskStartToCloseTimeout": started.task_start_to_close_timeout,
    }
    return {member: value for member, value in found.items() if value is not None}


def domain_arn(name: str, region: str) -> str:
    return f"arn:aws:swf:{region}:{ACCOUNT}:/domain/{name}"


def domain_info(domain: Domain, region: str) -> dict[str, Any]:
    info = {
        "arn": domain_arn(domain.name, region),
        "name": domain.name,
        "status": "DEPRECATED" if domain.deprecated else "REGISTERED",
    }
    return info if domain.description is None else info | {"description": domain.description}


def type_info(registered: RegisteredType) -> dict[str, Any]:
    member = "activityType" if registered.kind == ACTIVITY else "workflowType"
    info: dict[str, Any] = {
        "creationDate": seconds(registered.created_at),
        "status": "DEPRECATED" if registered.deprecated else "REGISTERED",
        member: to_builtins(registered.id),
    }
    if registered.deprecated_at is not None:
        info["deprecationDate"] = seconds(registered.deprecated_at)
    if registered.description is not None:
        info["description"] = registered.description
    return info
