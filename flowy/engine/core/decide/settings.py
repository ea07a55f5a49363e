"""What a run is started with: the request's or decision's values, else its type's defaults."""

from collections.abc import Callable

from msgspec import Struct, convert

from flowy.engine.core.decide.batch import Batch, Denied, resolve
from flowy.engine.core.registry import WORKFLOW, RegisteredType
from flowy.swf.decisions import ContinueAsNewWorkflowExecution, StartChildWorkflowExecution
from flowy.swf.values import TaskList, TypeId


class Given(Struct, frozen=True):
    """What was asked for; None is "not given"."""

    child_policy: str | None = None
    execution_start_to_close_timeout: str | None = None
    lambda_role: str | None = None
    task_list: TaskList | None = None
    task_priority: str | None = None
    task_start_to_close_timeout: str | None = None


class RunSettings(Struct, frozen=True):
    """What a run has; nothing is inherited from a parent or a run before."""

    child_policy: str
    execution_start_to_close_timeout: str
    task_list: TaskList
    task_start_to_close_timeout: str
    task_priority: str | None
    lambda_role: str | None


CAUSES = {
    "executionStartToCloseTimeout": "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED",
    "taskList": "DEFAULT_TASK_LIST_UNDEFINED",
    "taskStartToCloseTimeout": "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED",
    "childPolicy": "DEFAULT_CHILD_POLICY_UNDEFINED",
}
"""The members that must resolve, in SWF's checking order, with the cause in a decision's event."""


def usable_type(batch: Batch, wanted: TypeId) -> RegisteredType:
    """The workflow type that a decision names.

    Raises:
        Denied: if it is not registered, or deprecated.
    """
    found = batch.registry.find_type(WORKFLOW, batch.run.domain, wanted)
    if found is None:
        raise Denied("WORKFLOW_TYPE_DOES_NOT_EXIST")
    if found.deprecated:
        raise Denied("WORKFLOW_TYPE_DEPRECATED")
    return found


def decided_settings(
    decision: StartChildWorkflowExecution | ContinueAsNewWorkflowExecution, found: RegisteredType
) -> RunSettings:
    """Resolve the settings of the run that a decision asks for.

    Raises:
        Denied: with the cause of the first member that has no value.
    """
    given = Given(
        decision.child_policy,
        decision.execution_start_to_close_timeout,
        decision.lambda_role,
        decision.task_list,
        decision.task_priority,
        decision.task_start_to_close_timeout,
    )
    return resolve_settings(given, found, CAUSES.__getitem__)


def resolve_settings(
    given: Given, found: RegisteredType, name_cause: Callable[[str], str]
) -> RunSettings:
    """Resolve all settings of a run.

    Raises:
        Denied: with `name_cause(member)` of the first member that has no value.
    """
    wanted = {
        "executionStartToCloseTimeout": (
            given.execution_start_to_close_timeout,
            "defaultExecutionStartToCloseTimeout",
        ),
        "taskList": (given.task_list, "defaultTaskList"),
        "taskStartToCloseTimeout": (
            given.task_start_to_close_timeout,
            "defaultTaskStartToCloseTimeout",
        ),
        "childPolicy": (given.child_policy, "defaultChildPolicy"),
    }
    values = {
        member: resolve(value, found.defaults, default, name_cause(member))
        for member, (value, default) in wanted.items()
    }
    return RunSettings(
        values["childPolicy"],
        values["executionStartToCloseTimeout"],
        convert(values["taskList"], TaskList),
        values["taskStartToCloseTimeout"],
        given.task_priority or found.defaults.get("defaultTaskPriority"),
        given.lambda_role or found.defaults.get("defaultLambdaRole"),
    )
