"""What a scope in workflow code may say: the options of activities and of children together.

A call takes of it what its kind knows: a time-out of decision tasks means nothing to an activity.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TypedDict

from flowy import options as o
from flowy.options import UNSET, CallOptions, Options, Retry, Seconds, Unset


class ChildOptions(TypedDict, total=False):
    """The options of a child execution, by name."""

    task_list: str
    execution_start_to_close: int | float | timedelta  # how long a run may take
    task_start_to_close: Seconds  # how long a decision may take
    child_policy: str  # TERMINATE, REQUEST_CANCEL or ABANDON
    priority: int  # of its decision tasks
    tags: tuple[str, ...]
    lambda_role: str
    workflow_id: str  # else made of the parent's runId and the call's id; a new attempt adds `~2`
    retry: int | Retry  # how often a failed or timed-out child is started again
    delay: Seconds  # the wait before that
    error_handling: bool  # False: its failure fails the execution, though nobody looks
    compare_input: bool  # False: replay takes other arguments than the recorded ones


class ScopeOptions(CallOptions, total=False):
    """What `self.options(...)` takes: all that a call of an activity or a child may be told."""

    execution_start_to_close: int | float | timedelta
    task_start_to_close: Seconds
    child_policy: str
    tags: tuple[str, ...]
    lambda_role: str
    workflow_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOptions(Options):
    """The options of an activity, and those of a child execution."""

    execution_start_to_close: Seconds | Unset = UNSET
    task_start_to_close: Seconds | Unset = UNSET
    child_policy: str | Unset = UNSET
    tags: tuple[str, ...] | Unset = UNSET
    lambda_role: str | Unset = UNSET
    workflow_id: str | Unset = UNSET

    def __post_init__(self) -> None:
        Options.__post_init__(self)  # super() knows no class that slots=True has made anew
        o.check_seconds("execution_start_to_close", self.execution_start_to_close, none=False)
        o.check_seconds("task_start_to_close", self.task_start_to_close)
        o.check_child_policy(self.child_policy)
        object.__setattr__(self, "tags", o.checked_tags(self.tags))
        o.check_name("workflow_id", self.workflow_id)


NOTHING_SAID = AllOptions()
"""What holds outside of all scopes. One value: what is merged with it is found by identity."""
