"""Decisions about activities."""

from msgspec import convert

from flowy.engine.core.decide.batch import Batch, Denied, resolve
from flowy.engine.core.registry import ACTIVITY, RegisteredType
from flowy.engine.core.tasks import WaitingActivity
from flowy.swf.decisions import RequestCancelActivityTask, ScheduleActivityTask
from flowy.swf.events import (
    ActivityTaskCanceled,
    ActivityTaskCancelRequested,
    ActivityTaskScheduled,
)
from flowy.swf.values import TaskList

_TOO_FAST = "ACTIVITY_CREATION_RATE_EXCEEDED"


def schedule_activity_task(batch: Batch, decision: ScheduleActivityTask) -> None:
    """Put an activity on its list, with all its values resolved."""
    scheduled = _scheduled(batch, decision, _usable_type(batch, decision))
    if len(batch.run.activities) >= batch.settings.open_activities:
        raise Denied("OPEN_ACTIVITIES_LIMIT_EXCEEDED")
    batch.spend(decision.type, _TOO_FAST)
    now = batch.transaction.now
    if not batch.buckets.allows_task(batch.run.domain, scheduled.task_list.name, now):
        raise Denied(_TOO_FAST)
    batch.append(scheduled)


def _usable_type(batch: Batch, decision: ScheduleActivityTask) -> RegisteredType:
    found = batch.registry.find_type(ACTIVITY, batch.run.domain, decision.activity_type)
    if found is None:
        raise Denied("ACTIVITY_TYPE_DOES_NOT_EXIST")
    if found.deprecated:
        raise Denied("ACTIVITY_TYPE_DEPRECATED")
    if decision.activity_id in batch.run.activity_ids:
        raise Denied("ACTIVITY_ID_ALREADY_IN_USE")
    return found


def _scheduled(
    batch: Batch, decision: ScheduleActivityTask, found: RegisteredType
) -> ActivityTaskScheduled:
    defaults = found.defaults
    task_list = resolve(
        decision.task_list, defaults, "defaultTaskList", "DEFAULT_TASK_LIST_UNDEFINED"
    )
    schedule_to_start = resolve(
        decision.schedule_to_start_timeout,
        defaults,
        "defaultTaskScheduleToStartTimeout",
        "DEFAULT_SCHEDULE_TO_START_TIMEOUT_UNDEFINED",
    )
    schedule_to_close = resolve(
        decision.schedule_to_close_timeout,
        defaults,
        "defaultTaskScheduleToCloseTimeout",
        "DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED",
    )
    start_to_close = resolve(
        decision.start_to_close_timeout,
        defaults,
        "defaultTaskStartToCloseTimeout",
        "DEFAULT_START_TO_CLOSE_TIMEOUT_UNDEFINED",
    )
    heartbeat = resolve(
        decision.heartbeat_timeout,
        defaults,
        "defaultTaskHeartbeatTimeout",
        "DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED",
    )
    return ActivityTaskScheduled(
        decision.activity_id,
        decision.activity_type,
        batch.completed_id,
        convert(task_list, TaskList),
        control=decision.control,
        heartbeat_timeout=heartbeat,
        input=decision.input,
        schedule_to_close_timeout=schedule_to_close,
        schedule_to_start_timeout=schedule_to_start,
        start_to_close_timeout=start_to_close,
        task_priority=decision.task_priority or defaults.get("defaultTaskPriority"),
    )


def request_cancel_activity_task(batch: Batch, decision: RequestCancelActivityTask) -> None:
    """Ask a running activity to stop; one that has not started is canceled at once."""
    scheduled_id = batch.run.activity_ids.get(decision.activity_id)
    if scheduled_id is None:
        raise Denied("ACTIVITY_ID_UNKNOWN")
    request = batch.append(ActivityTaskCancelRequested(decision.activity_id, batch.completed_id))
    if isinstance(batch.run.activities[scheduled_id], WaitingActivity):
        batch.append(
            ActivityTaskCanceled(scheduled_id, 0, latest_cancel_requested_event_id=request)
        )
        batch.news = True
