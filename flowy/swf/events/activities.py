"""Activity tasks, from the decision that schedules one to its end."""

from flowy.swf.events.event import Attributes
from flowy.swf.values import TaskList, TypeId


class ActivityTaskScheduled(Attributes, frozen=True):
    activity_id: str
    activity_type: TypeId
    decision_task_completed_event_id: int
    task_list: TaskList
    control: str | None = None
    heartbeat_timeout: str | None = None
    input: str | None = None
    schedule_to_close_timeout: str | None = None
    schedule_to_start_timeout: str | None = None
    start_to_close_timeout: str | None = None
    task_priority: str | None = None


class ScheduleActivityTaskFailed(Attributes, frozen=True):
    activity_id: str
    activity_type: TypeId
    cause: str
    decision_task_completed_event_id: int


class ActivityTaskStarted(Attributes, frozen=True):
    scheduled_event_id: int
    identity: str | None = None


class ActivityTaskCompleted(Attributes, frozen=True):
    scheduled_event_id: int
    started_event_id: int
    result: str | None = None


class ActivityTaskFailed(Attributes, frozen=True):
    scheduled_event_id: int
    started_event_id: int
    details: str | None = None
    reason: str | None = None


class ActivityTaskTimedOut(Attributes, frozen=True):
    scheduled_event_id: int
    started_event_id: int
    timeout_type: str
    details: str | None = None


class ActivityTaskCanceled(Attributes, frozen=True):
    scheduled_event_id: int
    started_event_id: int
    details: str | None = None
    latest_cancel_requested_event_id: int | None = None


class ActivityTaskCancelRequested(Attributes, frozen=True):
    activity_id: str
    decision_task_completed_event_id: int


class RequestCancelActivityTaskFailed(Attributes, frozen=True):
    activity_id: str
    cause: str
    decision_task_completed_event_id: int
