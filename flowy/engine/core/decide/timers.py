"""Decisions about timers and markers."""

from flowy.engine.core.decide.batch import Batch, Denied
from flowy.swf.decisions import CancelTimer, RecordMarker, StartTimer
from flowy.swf.events import MarkerRecorded, TimerCanceled, TimerStarted


def start_timer(batch: Batch, decision: StartTimer) -> None:
    """Start a timer. One of zero seconds fires in a transaction of its own, after the batch."""
    if decision.timer_id in batch.run.timer_ids:
        raise Denied("TIMER_ID_ALREADY_IN_USE")
    if len(batch.run.timers) >= batch.settings.open_timers:
        raise Denied("OPEN_TIMERS_LIMIT_EXCEEDED")
    batch.spend(decision.type, "TIMER_CREATION_RATE_EXCEEDED")
    batch.append(
        TimerStarted(
            batch.completed_id, decision.start_to_fire_timeout, decision.timer_id, decision.control
        )
    )


def cancel_timer(batch: Batch, decision: CancelTimer) -> None:
    """Cancel an open timer; one that has just fired is unknown."""
    started_id = batch.run.timer_ids.get(decision.timer_id)
    if started_id is None:
        raise Denied("TIMER_ID_UNKNOWN")
    batch.append(TimerCanceled(batch.completed_id, started_id, decision.timer_id))


def record_marker(batch: Batch, decision: RecordMarker) -> None:
    """Note something; names may repeat."""
    batch.append(MarkerRecorded(batch.completed_id, decision.marker_name, decision.details))
