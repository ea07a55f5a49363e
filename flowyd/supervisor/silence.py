"""Workers that give no sign of life, or make no progress: when that is worth a word, when the end.

Pure. A worker's scribe sends a sign now and then, from a thread of its own: if it is silent, the
process is stopped or something holds the GIL. That may be an activity's right, so a busy activity
is never hung by silence: its start-to-close ends it. With a sign comes how long the worker, having
no task, has stood still: neither began nor ended a poll. An empty poll ends within 75 s, and the
longest pause between two polls is a minute. The limits are generous: celery's four seconds and
uvicorn's five killed healthy workers by the thousand.
"""

from dataclasses import dataclass

from flowyd.supervisor.states import Busy, Draining, Polling, Retiring, State

HUNG_MS = 120_000
STILL_MS = 90_000
LATE_MS = 5_000
"""If the supervisor looks so late it was stopped itself, perhaps with all its workers."""


@dataclass(frozen=True, slots=True)
class Patience:
    """A worker is hung after so many milliseconds of silence, or of standing still."""

    hung_ms: int = HUNG_MS
    still_ms: int = STILL_MS

    @property
    def quiet_ms(self) -> int:
        """After so much silence it is shown."""
        return self.hung_ms // 4

    @property
    def sign_ms(self) -> int:
        """How often a worker gives a sign."""
        return self.hung_ms // 8


@dataclass(frozen=True, slots=True)
class Heard:
    """When a worker was last heard of, and how long it had stood still then."""

    at: int
    still_ms: int = 0


def is_quiet(state: State, heard: Heard, patience: Patience, now: int) -> bool:
    """Whether an operator should know."""
    match state:
        case Polling() | Busy() | Retiring() | Draining():
            return now - heard.at >= patience.quiet_ms
        case _:
            return False


def is_hung(state: State, heard: Heard, patience: Patience, now: int) -> bool:
    """Whether it is to be ended."""
    match state:
        case Polling():
            task = None
        case Busy() | Retiring() | Draining():
            task = state.task
        case _:
            return False
    if task is not None:
        return task.kind == "decision" and now - heard.at >= patience.hung_ms
    return now - heard.at >= patience.hung_ms or heard.still_ms >= patience.still_ms
