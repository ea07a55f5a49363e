"""SWF's 13 decision types, one frozen value each.

`None` means "not given": SWF then takes the registered default or leaves the attribute out.
"""

from msgspec import Struct

from flowy.swf.values import TaskList, TypeId


class Decision(Struct, frozen=True, rename="camel", omit_defaults=True):
    """One decision; the class is SWF's decisionType."""

    @property
    def type(self) -> str:
        """SWF's name of the decision type."""
        return type(self).__name__


class ScheduleActivityTask(Decision, frozen=True):
    activity_id: str
    activity_type: TypeId
    control: str | None = None
    heartbeat_timeout: str | None = None
    input: str | None = None
    schedule_to_close_timeout: str | None = None
    schedule_to_start_timeout: str | None = None
    start_to_close_timeout: str | None = None
    task_list: TaskList | None = None
    task_priority: str | None = None


class RequestCancelActivityTask(Decision, frozen=True):
    activity_id: str


class StartTimer(Decision, frozen=True):
    start_to_fire_timeout: str
    timer_id: str
    control: str | None = None


class CancelTimer(Decision, frozen=True):
    timer_id: str


class RecordMarker(Decision, frozen=True):
    marker_name: str
    details: str | None = None


class StartChildWorkflowExecution(Decision, frozen=True):
    workflow_id: str
    workflow_type: TypeId
    child_policy: str | None = None
    control: str | None = None
    execution_start_to_close_timeout: str | None = None
    input: str | None = None
    lambda_role: str | None = None
    tag_list: tuple[str, ...] | None = None
    task_list: TaskList | None = None
    task_priority: str | None = None
    task_start_to_close_timeout: str | None = None


class SignalExternalWorkflowExecution(Decision, frozen=True):
    signal_name: str
    workflow_id: str
    control: str | None = None
    input: str | None = None
    run_id: str | None = None


class RequestCancelExternalWorkflowExecution(Decision, frozen=True):
    workflow_id: str
    control: str | None = None
    run_id: str | None = None


class ScheduleLambdaFunction(Decision, frozen=True):
    id: str
    name: str
    control: str | None = None
    input: str | None = None
    start_to_close_timeout: str | None = None


class CompleteWorkflowExecution(Decision, frozen=True):
    result: str | None = None


class FailWorkflowExecution(Decision, frozen=True):
    details: str | None = None
    reason: str | None = None


class CancelWorkflowExecution(Decision, frozen=True):
    details: str | None = None


class ContinueAsNewWorkflowExecution(Decision, frozen=True):
    child_policy: str | None = None
    execution_start_to_close_timeout: str | None = None
    input: str | None = None
    lambda_role: str | None = None
    tag_list: tuple[str, ...] | None = None
    task_list: TaskList | None = None
    task_priority: str | None = None
    task_start_to_close_timeout: str | None = None
    workflow_type_version: str | None = None


DECISIONS: dict[str, type[Decision]] = {
    kind.__name__: kind
    for kind in (
        CancelTimer,
        CancelWorkflowExecution,
        CompleteWorkflowExecution,
        ContinueAsNewWorkflowExecution,
        FailWorkflowExecution,
        RecordMarker,
        RequestCancelActivityTask,
        RequestCancelExternalWorkflowExecution,
        ScheduleActivityTask,
        ScheduleLambdaFunction,
        SignalExternalWorkflowExecution,
        StartChildWorkflowExecution,
        StartTimer,
    )
}
"""Decisions by decisionType."""

CLOSES = (
    CompleteWorkflowExecution,
    FailWorkflowExecution,
    CancelWorkflowExecution,
    ContinueAsNewWorkflowExecution,
)
"""The decisions that close an execution; one of them must be the last of its batch."""
