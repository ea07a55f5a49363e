"""Events are not in the collector's lists: a long history would be walked again and again."""

import gc

from flowy.swf.events import ActivityTaskScheduled, Event
from flowy.swf.values import TaskList, TypeId


def test_the_collector_does_not_know_of_events():
    scheduled = ActivityTaskScheduled(
        activity_id="a",
        activity_type=TypeId("Resize", "1"),
        task_list=TaskList("images"),
        decision_task_completed_event_id=4,
    )
    event = Event(5, 1_000, scheduled)
    parts = (event, scheduled, scheduled.activity_type, scheduled.task_list)
    assert not any(map(gc.is_tracked, parts))
