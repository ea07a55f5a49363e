"""What is open in an execution: activities, timers, children, calls to others, decision tasks.

Frozen values: an execution holds them in dictionaries and replaces them as events come.
"""

from msgspec import Struct

from flowy.swf.events import (
    ActivityTaskScheduled,
    LambdaFunctionScheduled,
    RequestCancelExternalWorkflowExecutionInitiated,
    SignalExternalWorkflowExecutionInitiated,
    StartChildWorkflowExecutionInitiated,
    TimerStarted,
)
from flowy.swf.values import TaskList


class WaitingActivity(Struct, frozen=True):
    """Scheduled, and on its task list. Times are milliseconds since the epoch."""

    scheduled_id: int
    scheduled_at: int
    task: ActivityTaskScheduled


class RunningActivity(Struct, frozen=True):
    """Handed to a worker.

    `heard_at` and `details` are those of the last heartbeat: history does not hold them.
    `cancel_id` is the last ActivityTaskCancelRequested, or None.
    """

    scheduled_id: int
    scheduled_at: int
    task: ActivityTaskScheduled
    started_id: int
    started_at: int
    heard_at: int
    details: str | None = None
    cancel_id: int | None = None


Activity = WaitingActivity | RunningActivity


class Timer(Struct, frozen=True):
    started_id: int
    started_at: int
    task: TimerStarted


class InitiatedChild(Struct, frozen=True):
    initiated_id: int
    request: StartChildWorkflowExecutionInitiated


class StartedChild(Struct, frozen=True):
    initiated_id: int
    request: StartChildWorkflowExecutionInitiated
    started_id: int


Child = InitiatedChild | StartedChild

External = (
    SignalExternalWorkflowExecutionInitiated | RequestCancelExternalWorkflowExecutionInitiated
)


class WaitingLambda(Struct, frozen=True):
    """Scheduled, and on the one list that its domain has for functions."""

    scheduled_id: int
    scheduled_at: int
    task: LambdaFunctionScheduled


class RunningLambda(Struct, frozen=True):
    scheduled_id: int
    scheduled_at: int
    task: LambdaFunctionScheduled
    started_id: int
    started_at: int


Lambda = WaitingLambda | RunningLambda


class WaitingDecision(Struct, frozen=True):
    """A scheduled decision task; it is on its list unless another one runs.

    `offered_at` is when it could first be taken: when it was scheduled, or when the one that ran
    before it closed. A schedule-to-start timeout counts from there.
    """

    scheduled_id: int
    offered_at: int
    task_list: TaskList
    schedule_to_start: str | None = None
    priority: str | None = None


class RunningDecision(Struct, frozen=True):
    scheduled_id: int
    started_id: int
    started_at: int
    task_list: TaskList


class Override(Struct, frozen=True):
    """The list that a decider asked for; with a `timeout` ("5", "NONE") it is temporary."""

    task_list: TaskList
    timeout: str | None = None
