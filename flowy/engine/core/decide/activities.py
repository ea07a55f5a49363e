"""Decisions about activities."""

from msgspec import convert

from flowy.engine.core.decide.batch import Batch, Undefined, resolve
from flowy.engine.core.registry import ACTIVITY, RegisteredType
from flowy.engine.core.tasks import WaitingActivity
from flowy.swf.decisions import RequestCancelActivityTask, ScheduleActivityTask
from flowy.swf.events import (
    ActivityTaskCanceled,
    ActivityTaskCancelRequested,
    ActivityTaskScheduled,
    RequestCancelActivityTaskFailed,
    ScheduleActivityTaskFailed,
)
from flowy.swf.values import TaskList


def schedule_activity_task(batch: Batch, decision: ScheduleActivityTask) -> None:
    """Schedule an activity, or say why not; the first cause in SWF's checking order counts."""
    try:
        batch.append(_scheduled(batch, decision, _usable_type(batch, decision)))
    except Undefined as undefined:
        batch.refuse(
            ScheduleActivityTaskFailed(
                decision.activity_id, decision.activity_type, undefined.cause, batch.completed_id
            )
        )


def _usable_type(batch: Batch, decision: ScheduleActivityTask) -> RegisteredType:
    found = batch.registry.find_type(ACTIVITY, batch.run.domain, decision.activity_type)
    if found is None:
        raise Undefined("ACTIVITY_TYPE_DOES_NOT_EXIST")
    if found.deprecated:
        raise Undefined("ACTIVITY_TYPE_DEPRECATED")
    if decision.activity_id in batch.run.activity_ids:
        raise Undefined("ACTIVITY_ID_ALREADY_IN_USE")
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
    if len(batch.run.activities) >= batch.settings.open_activities:
        raise Undefined("OPEN_ACTIVITIES_LIMIT_EXCEEDED")
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
        batch.refuse(
            RequestCancelActivityTaskFailed(
                decision.activity_id, "ACTIVITY_ID_UNKNOWN", batch.completed_id
            )
        )
        return
    request = batch.append(ActivityTaskCancelRequested(decision.activity_id, batch.completed_id))
    if isinstance(batch.run.activities[scheduled_id], WaitingActivity):
        batch.append(
            ActivityTaskCanceled(scheduled_id, 0, latest_cancel_requested_event_id=request)
        )
        batch.news = True
