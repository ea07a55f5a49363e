"""Decision tasks: scheduled, started, answered or timed out."""

from flowy.swf.events.event import Attributes
from flowy.swf.values import TaskList


class DecisionTaskScheduled(Attributes, frozen=True):
    task_list: TaskList
    schedule_to_start_timeout: str | None = None
    start_to_close_timeout: str | None = None
    task_priority: str | None = None


class DecisionTaskStarted(Attributes, frozen=True):
    scheduled_event_id: int
    identity: str | None = None


class DecisionTaskCompleted(Attributes, frozen=True):
    scheduled_event_id: int
    started_event_id: int
    execution_context: str | None = None
    task_list: TaskList | None = None
    task_list_schedule_to_start_timeout: str | None = None


class DecisionTaskTimedOut(Attributes, frozen=True):
    scheduled_event_id: int
    started_event_id: int
    timeout_type: str
