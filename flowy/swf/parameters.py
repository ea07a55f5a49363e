"""Options as the parameters of SWF's requests; what nobody said is left out."""

from typing import Any

from flowy.options import UNSET, Options, WorkflowOptions, duration

_ACTIVITY_DEFAULTS = {
    "schedule_to_start": "defaultTaskScheduleToStartTimeout",
    "start_to_close": "defaultTaskStartToCloseTimeout",
    "schedule_to_close": "defaultTaskScheduleToCloseTimeout",
    "heartbeat": "defaultTaskHeartbeatTimeout",
}
_WORKFLOW_DEFAULTS = {
    "execution_start_to_close": "defaultExecutionStartToCloseTimeout",
    "task_start_to_close": "defaultTaskStartToCloseTimeout",
}
_START = {
    "execution_start_to_close": "executionStartToCloseTimeout",
    "task_start_to_close": "taskStartToCloseTimeout",
}


def activity_defaults(options: Options) -> dict[str, Any]:
    """The defaults of RegisterActivityType."""
    return {
        **durations(options, _ACTIVITY_DEFAULTS),
        **listed("defaultTaskList", options.task_list),
        **said("defaultTaskPriority", options.priority),
    }


def workflow_defaults(options: WorkflowOptions) -> dict[str, Any]:
    """The defaults of RegisterWorkflowType."""
    return {
        **durations(options, _WORKFLOW_DEFAULTS),
        **listed("defaultTaskList", options.task_list),
        **said("defaultTaskPriority", options.priority),
        **said("defaultChildPolicy", options.child_policy),
        **said("defaultLambdaRole", options.lambda_role),
    }


def start_options(options: WorkflowOptions) -> dict[str, Any]:
    """The options of StartWorkflowExecution."""
    return {
        **durations(options, _START),
        **listed("taskList", options.task_list),
        **said("taskPriority", options.priority),
        **said("childPolicy", options.child_policy),
        **said("lambdaRole", options.lambda_role),
        **({} if options.tags is UNSET else {"tagList": list(options.tags)}),
    }


def durations(options: Options | WorkflowOptions, names: dict[str, str]) -> dict[str, str]:
    """The times that are said, under SWF's names."""
    known = ((wire, getattr(options, name)) for name, wire in names.items())
    return {wire: duration(value) for wire, value in known if value is not UNSET}


def listed(name: str, task_list: object) -> dict[str, Any]:
    """A task list in its wrapper, if one is said."""
    return {} if task_list is UNSET else {name: {"name": task_list}}


def said(name: str, value: object) -> dict[str, str]:
    """A plain text or number, if it is said."""
    return {} if value is UNSET else {name: str(value)}
