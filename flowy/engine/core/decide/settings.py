"""What a run is started with: the request's or decision's values, else its type's defaults."""

from collections.abc import Callable

from msgspec import Struct, convert

from flowy.engine.core.decide.batch import resolve
from flowy.engine.core.registry import RegisteredType
from flowy.swf.values import TaskList


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
