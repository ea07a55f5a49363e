"""Task lists with `{hostname}` and `{instance}` filled in, as SWF gets them. Pure.

It is done where they leave this process: in registrations, starts and decisions. Workflow code and
replay never see what the names stand for, so a history goes on at another host.
"""

from dataclasses import replace
from typing import TypeVar

import msgspec

from flowy.errors import OptionError
from flowy.names import Names, filled
from flowy.options import UNSET, Options, WorkflowOptions, check_name
from flowy.swf.decisions import (
    ContinueAsNewWorkflowExecution,
    Decision,
    ScheduleActivityTask,
    StartChildWorkflowExecution,
)
from flowy.swf.values import TaskList

AnyOptions = TypeVar("AnyOptions", Options, WorkflowOptions)


def named_list(task_list: str, names: Names) -> str:
    """A task list as SWF gets it.

    Raises:
        OptionError: for a name that stands for nothing here, or what is too long with it.
    """
    if "{" not in task_list:
        return task_list
    try:
        whole = filled(task_list, names)
    except ValueError as error:
        raise OptionError(f"task_list={task_list!r} {error}") from None
    check_name("task_list", whole)
    return whole


def named_options(options: AnyOptions, names: Names) -> AnyOptions:
    """Options with their task list as SWF gets it.

    Raises:
        OptionError: as `named_list`.
    """
    if options.task_list is UNSET:
        return options
    return replace(options, task_list=named_list(options.task_list, names))


def named_decision(decision: Decision, names: Names) -> Decision:
    """A decision with its task list as SWF gets it.

    Raises:
        OptionError: as `named_list`.
    """
    match decision:
        case (
            ScheduleActivityTask(task_list=TaskList(name=said))
            | StartChildWorkflowExecution(task_list=TaskList(name=said))
            | ContinueAsNewWorkflowExecution(task_list=TaskList(name=said))
        ) if "{" in said:
            task_list = TaskList(named_list(said, names))
            return msgspec.structs.replace(decision, task_list=task_list)
        case _:
            return decision
