"""Activities: scheduled, given out, timed out, canceled."""

from typing import Any

import pytest
from world_play import Play, schedule

from flowy.engine.core import commands
from flowy.engine.core.faults import Refused
from flowy.engine.core.registry import ACTIVITY
from flowy.swf import decisions as d
from flowy.swf import events as e
from flowy.swf.values import TaskList, TypeId


def heartbeat(play: Play, task: Any, details: str | None = None) -> bool:
    run, activity = task
    current = commands.running_activity(run, activity.scheduled_id, activity.started_id)
    return commands.heartbeat(play.world, run, current, details, play.now)


@pytest.mark.parametrize(
    ("options", "kind", "started"),
    [
        ({"schedule_to_start_timeout": "3"}, "SCHEDULE_TO_START", False),
        ({"schedule_to_close_timeout": "3"}, "SCHEDULE_TO_CLOSE", False),
        ({"schedule_to_close_timeout": "3"}, "SCHEDULE_TO_CLOSE", True),
        ({"start_to_close_timeout": "3"}, "START_TO_CLOSE", True),
        ({"heartbeat_timeout": "3"}, "HEARTBEAT", True),
        ({"heartbeat_timeout": "0"}, "HEARTBEAT", True),
    ],
)
def test_each_time_out_fires_at_its_time(options: Any, kind: str, started: bool) -> None:
    play = Play()
    run = play.start()
    play.decide(schedule("a", **options))
    if started:
        play.poll_activity()
    play.wait(3_000)
    assert play.types(run)[-2:] == ["ActivityTaskTimedOut", "DecisionTaskScheduled"]
    event = play.find(run, e.ActivityTaskTimedOut)[0]
    assert (event.timeout_type, event.started_event_id > 0) == (kind, started)
    if not started:
        assert play.poll_activity() is None


def test_time_out_does_not_fire_early() -> None:
    play = Play()
    run = play.start()
    play.decide(schedule("a", start_to_close_timeout="3"))
    play.poll_activity()
    play.wait(2_999)
    assert play.types(run)[-1] == "ActivityTaskStarted"


def test_none_never_fires() -> None:
    play = Play()
    run = play.start()
    play.decide(schedule("a"))
    play.poll_activity()
    play.wait(999_000)
    assert play.types(run)[-1] == "ActivityTaskStarted"


def test_heartbeats_keep_an_activity_and_their_details_are_in_its_time_out() -> None:
    play = Play()
    run = play.start()
    play.decide(schedule("a", heartbeat_timeout="3"))
    task = play.poll_activity()
    for details in ("1", "2", None):
        play.wait(2_500)
        assert heartbeat(play, task, details) is False
    play.wait(2_999)
    assert not play.find(run, e.ActivityTaskTimedOut)
    play.wait(1)
    assert play.find(run, e.ActivityTaskTimedOut)[0].details == "2"
    with pytest.raises(Refused, match="Unknown activity, scheduledEventId = 5"):
        heartbeat(play, task)


def test_schedule_to_close_comes_last_on_a_tie() -> None:
    play = Play()
    run = play.start()
    play.decide(schedule("a", schedule_to_close_timeout="3", schedule_to_start_timeout="3"))
    play.wait(3_000)
    assert play.find(run, e.ActivityTaskTimedOut)[0].timeout_type == "SCHEDULE_TO_START"


def test_unstarted_activity_is_canceled_at_once() -> None:
    play = Play()
    run = play.start()
    play.decide(schedule("a"))
    play.signal(run)
    play.decide(d.RequestCancelActivityTask("a"))
    assert play.types(run)[-3:] == [
        "ActivityTaskCancelRequested",
        "ActivityTaskCanceled",
        "DecisionTaskScheduled",
    ]
    assert play.poll_activity() is None


def test_activity_scheduled_and_canceled_in_one_batch_is_never_given_out() -> None:
    play = Play()
    run = play.start()
    play.decide(schedule("a"), d.RequestCancelActivityTask("a"))
    assert play.poll_activity() is None
    assert play.types(run)[-2:] == ["ActivityTaskCanceled", "DecisionTaskScheduled"]


def test_running_activity_hears_of_a_cancel_request_at_its_heartbeat() -> None:
    play = Play()
    run = play.start()
    play.decide(schedule("a"))
    task = play.poll_activity()
    play.signal(run)
    play.decide(d.RequestCancelActivityTask("a"))
    assert play.types(run)[-1] == "ActivityTaskCancelRequested"
    assert heartbeat(play, task) is True
    assert run.activities[5].cancel_id == run.last_event  # type: ignore[union-attr]  # it runs


def test_activity_id_is_free_again_once_closed() -> None:
    play = Play()
    run = play.start()
    play.decide(schedule("a"), schedule("a"))
    assert play.find(run, e.ScheduleActivityTaskFailed)[0].cause == "ACTIVITY_ID_ALREADY_IN_USE"
    play.work()
    play.decide(schedule("a"))
    assert len(play.find(run, e.ActivityTaskScheduled)) == 2


@pytest.mark.parametrize(
    ("missing", "cause"),
    [
        ("TaskList", "DEFAULT_TASK_LIST_UNDEFINED"),
        ("TaskScheduleToStartTimeout", "DEFAULT_SCHEDULE_TO_START_TIMEOUT_UNDEFINED"),
        ("TaskScheduleToCloseTimeout", "DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED"),
        ("TaskStartToCloseTimeout", "DEFAULT_START_TO_CLOSE_TIMEOUT_UNDEFINED"),
        ("TaskHeartbeatTimeout", "DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED"),
    ],
)
def test_every_default_must_resolve(missing: str, cause: str) -> None:
    play = Play()
    bare = TypeId("Bare", "1")
    options: dict[str, Any] = {
        "task_list": TaskList("x"),
        "schedule_to_start_timeout": "NONE",
        "schedule_to_close_timeout": "NONE",
        "start_to_close_timeout": "NONE",
        "heartbeat_timeout": "NONE",
    }
    del options[
        {"TaskList": "task_list"}.get(missing)
        or {
            "TaskScheduleToStartTimeout": "schedule_to_start_timeout",
            "TaskScheduleToCloseTimeout": "schedule_to_close_timeout",
            "TaskStartToCloseTimeout": "start_to_close_timeout",
            "TaskHeartbeatTimeout": "heartbeat_timeout",
        }[missing]
    ]
    play.register(ACTIVITY, bare, {})
    run = play.start()
    play.decide(d.ScheduleActivityTask("a", bare, **options))
    assert play.find(run, e.ScheduleActivityTaskFailed)[0].cause == cause


def test_open_activities_are_limited() -> None:
    play = Play(open_activities=2)
    run = play.start()
    play.decide(*(schedule(str(number)) for number in range(3)))
    assert play.find(run, e.ScheduleActivityTaskFailed)[0].cause == "OPEN_ACTIVITIES_LIMIT_EXCEEDED"


def test_deprecated_type_cannot_be_scheduled() -> None:
    play = Play()
    run = play.start()
    play.world.registry.deprecate_type(ACTIVITY, "d", TypeId("Work", "1"), play.now)
    play.decide(schedule("a"))
    assert play.find(run, e.ScheduleActivityTaskFailed)[0].cause == "ACTIVITY_TYPE_DEPRECATED"


def test_higher_priority_first_then_first_come() -> None:
    play = Play()
    play.start()
    play.decide(
        schedule("low", task_priority="-1"),
        schedule("first"),
        schedule("second"),
        schedule("high", task_priority="7"),
    )
    order = []
    while (task := play.poll_activity()) is not None:
        order.append(task[1].task.activity_id)
    assert order == ["high", "first", "second", "low"]


def test_a_late_result_is_refused_and_changes_nothing() -> None:
    play = Play()
    run = play.start()
    play.decide(schedule("a", start_to_close_timeout="1"))
    task = play.poll_activity()
    assert task is not None
    play.wait(1_000)
    before = play.types(run).copy()
    with pytest.raises(Refused):
        commands.running_activity(run, task[1].scheduled_id, task[1].started_id)
    assert play.types(run) == before


class TestTimers:
    def test_timer_fires_at_its_time(self) -> None:
        play = Play()
        run = play.start()
        play.decide(d.StartTimer("30", "t"))
        play.wait(29_999)
        assert play.types(run)[-1] == "TimerStarted"
        play.wait(1)
        assert play.types(run)[-2:] == ["TimerFired", "DecisionTaskScheduled"]

    def test_zero_seconds_fire_in_a_transaction_of_their_own(self) -> None:
        play = Play()
        run = play.start()
        play.decide(d.StartTimer("0", "t"), d.RecordMarker("m"))
        assert play.types(run)[-1] == "MarkerRecorded"
        play.wait(0)
        assert play.types(run)[-2:] == ["TimerFired", "DecisionTaskScheduled"]

    def test_canceled_timer_does_not_fire(self) -> None:
        play = Play()
        run = play.start()
        play.decide(d.StartTimer("30", "t"), d.CancelTimer("t"), d.StartTimer("60", "t"))
        play.wait(59_999)
        assert not play.find(run, e.TimerFired)
        play.wait(1)
        assert len(play.find(run, e.TimerFired)) == 1

    def test_fired_timer_is_unknown(self) -> None:
        play = Play()
        run = play.start()
        play.decide(d.StartTimer("1", "t"))
        play.wait(1_000)
        play.decide(d.CancelTimer("t"))
        assert play.find(run, e.CancelTimerFailed)[0].cause == "TIMER_ID_UNKNOWN"

    def test_open_timer_ids_are_unique_and_limited(self) -> None:
        play = Play(open_timers=1)
        run = play.start()
        play.decide(d.StartTimer("9", "t"), d.StartTimer("9", "t"), d.StartTimer("9", "u"))
        causes = [failed.cause for failed in play.find(run, e.StartTimerFailed)]
        assert causes == ["TIMER_ID_ALREADY_IN_USE", "OPEN_TIMERS_LIMIT_EXCEEDED"]


def test_stale_deadlines_are_swept() -> None:
    play = Play()
    for number in range(1_500):
        run = play.start(str(number))
        play.terminate(run)
    assert len(play.world.deadlines) < 1_100
