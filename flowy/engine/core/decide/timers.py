"""Decisions about timers and markers."""

from flowy.engine.core.decide.batch import Batch
from flowy.swf.decisions import CancelTimer, RecordMarker, StartTimer
from flowy.swf.events import (
    CancelTimerFailed,
    MarkerRecorded,
    StartTimerFailed,
    TimerCanceled,
    TimerStarted,
)


def start_timer(batch: Batch, decision: StartTimer) -> None:
    """Start a timer. One of zero seconds fires in a transaction of its own, after the batch."""
    cause = None
    if decision.timer_id in batch.run.timer_ids:
        cause = "TIMER_ID_ALREADY_IN_USE"
    elif len(batch.run.timers) >= batch.settings.open_timers:
        cause = "OPEN_TIMERS_LIMIT_EXCEEDED"
    if cause:
        batch.refuse(StartTimerFailed(cause, batch.completed_id, decision.timer_id))
        return
    batch.append(
        TimerStarted(
            batch.completed_id, decision.start_to_fire_timeout, decision.timer_id, decision.control
        )
    )


def cancel_timer(batch: Batch, decision: CancelTimer) -> None:
    """Cancel an open timer; one that has just fired is unknown."""
    started_id = batch.run.timer_ids.get(decision.timer_id)
    if started_id is None:
        batch.refuse(CancelTimerFailed("TIMER_ID_UNKNOWN", batch.completed_id, decision.timer_id))
    else:
        batch.append(TimerCanceled(batch.completed_id, started_id, decision.timer_id))


def record_marker(batch: Batch, decision: RecordMarker) -> None:
    """Note something; names may repeat."""
    batch.append(MarkerRecorded(batch.completed_id, decision.marker_name, decision.details))
