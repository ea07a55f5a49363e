"""Timers and markers: what an execution notes for itself."""

from flowy.swf.events.event import Attributes


class TimerStarted(Attributes, frozen=True):
    decision_task_completed_event_id: int
    start_to_fire_timeout: str
    timer_id: str
    control: str | None = None


class StartTimerFailed(Attributes, frozen=True):
    cause: str
    decision_task_completed_event_id: int
    timer_id: str


class TimerFired(Attributes, frozen=True):
    started_event_id: int
    timer_id: str


class TimerCanceled(Attributes, frozen=True):
    decision_task_completed_event_id: int
    started_event_id: int
    timer_id: str


class CancelTimerFailed(Attributes, frozen=True):
    cause: str
    decision_task_completed_event_id: int
    timer_id: str


class MarkerRecorded(Attributes, frozen=True):
    decision_task_completed_event_id: int
    marker_name: str
    details: str | None = None


class RecordMarkerFailed(Attributes, frozen=True):
    cause: str
    decision_task_completed_event_id: int
    marker_name: str
