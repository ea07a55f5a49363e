"""Continuing as new: the run closes, and another one with a fresh history goes on.

SWF gives the new run the settings of its type, no tags and no Lambda role of the old one; so all
that the old run had is sent along, but for what `self.options(...)` says otherwise.
"""

from typing import Any

from flowy import forms
from flowy.converter import Converter
from flowy.options import UNSET, Seconds, Unset, duration
from flowy.placeholders import copy, fill, find
from flowy.scopes import AllOptions
from flowy.swf.decisions import ContinueAsNewWorkflowExecution
from flowy.swf.events import WorkflowExecutionStarted
from flowy.swf.values import TaskList


class Restart(BaseException):  # a way to end, like GeneratorExit, and no error
    """Unwinds the code that asked for a new run. `arguments` is their recorded text."""

    def __init__(self, arguments: str, version: str | None, said: AllOptions) -> None:
        super().__init__(arguments)
        self.arguments = arguments
        self.version = version
        self.said = said


def write_arguments(args: tuple[Any, ...], kwargs: dict[str, Any], converter: Converter) -> str:
    """The text of the new run's arguments, once the placeholders among them have their results.

    Raises:
        SerializationError: naming the argument that has no JSON form, or when it is too long.
        TaskError: of a placeholder.
    """
    values = copy([*args]), copy(kwargs)
    for placeholder in find(values):
        placeholder.settled()
    text = forms.write_arguments(tuple(fill(values[0])), fill(values[1]), converter)
    forms.write_input(
        text, None, converter.longest
    )  # refuses what is too long for SWF, where the code asked
    return text


def continue_as_new(
    restart: Restart, started: WorkflowExecutionStarted, meta: forms.Meta, longest: int
) -> ContinueAsNewWorkflowExecution:
    """The decision that closes a run which began like this; `meta` goes along, signals in it.

    Raises:
        SerializationError: when the signals make the input longer than SWF takes.
    """
    said = restart.said
    tags = started.tag_list if said.tags is UNSET else said.tags
    return ContinueAsNewWorkflowExecution(
        input=forms.write_input(restart.arguments, meta, longest),
        child_policy=started.child_policy if said.child_policy is UNSET else said.child_policy,
        execution_start_to_close_timeout=time(
            said.execution_start_to_close, started.execution_start_to_close_timeout
        ),
        task_start_to_close_timeout=time(
            said.task_start_to_close, started.task_start_to_close_timeout
        ),
        lambda_role=started.lambda_role if said.lambda_role is UNSET else said.lambda_role,
        tag_list=tuple(tag for tag in tags if tag is not None) if tags else None,
        task_list=started.task_list if said.task_list is UNSET else TaskList(said.task_list),
        task_priority=started.task_priority if said.priority is UNSET else str(said.priority),
        workflow_type_version=restart.version,
    )


def time(said: Seconds | Unset, before: str | None) -> str | None:
    """A time option as SWF writes it: what was said, else the old run's."""
    return before if said is UNSET else duration(said)
