"""When the courier sends what: the heartbeats of one board, and the report of its worker's death.

Pure: readings of a board and results of requests go in, with the time in milliseconds.
"""

from dataclasses import dataclass, replace
from typing import Literal, assert_never

from flowy.errors import ServiceError, ServiceUnreachable
from flowy.worker.backoff import answer_delay
from flowy.worker.responding import Again, Over, after
from flowyd.board import Board, BoardTask, Word

Sent = Literal["ok", "canceled", "gone", "error"]
"""How a heartbeat ended: taken; taken, and the task is to be canceled; nobody knows the task."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a board says now; `ran` is whether the code has ended, its answer on its way."""

    task: BoardTask | None
    beats: int
    ran: bool


@dataclass(frozen=True, slots=True)
class Resting:
    """No task, or one that SWF does not know any more; `number` is the newest that was seen."""

    number: int = 0


@dataclass(frozen=True, slots=True)
class Beating:
    """A task's next heartbeat is due at `due`; `beats` were sent; `flying`: one is on its way."""

    task: BoardTask
    due: int
    beats: int
    failures: int = 0
    flying: bool = False


Pulse = Resting | Beating


@dataclass(frozen=True, slots=True)
class Beat:
    """Send a heartbeat of this task, which was due at `due`."""

    task: BoardTask
    due: int
    beats: int


def read(board: Board) -> Reading:
    """What a board says."""
    beats = board.word(Word.BEATS)  # before the task: a sign of life is rather sent twice
    task = board.task()
    return Reading(task, beats, task is not None and board.word(Word.RAN) == task.number)


def look(pulse: Pulse, seen: Reading, now: int) -> tuple[Pulse, Beat | None]:
    """What to do about a board now."""
    task = seen.task
    if task is None:
        number = pulse.number if isinstance(pulse, Resting) else pulse.task.number
        return Resting(number), None
    match pulse:
        case Resting(number) if number == task.number:
            return pulse, None
        case Beating() if pulse.task.number == task.number:
            known = pulse
        case Resting() | Beating():
            known = Beating(task, max(task.began + task.pace, now), task.beats)
        case _:
            assert_never(pulse)
    alive = task.automatic or seen.ran or seen.beats != known.beats
    if known.flying or not alive or not known.due <= now < task.deadline:
        return known, None
    return replace(known, flying=True), Beat(task, known.due, seen.beats)


def landed(pulse: Pulse, beat: Beat, result: Sent, now: int, delay: int) -> Pulse:
    """A heartbeat was answered; after an error the next attempt is `delay` away, at most a pace."""
    if isinstance(pulse, Resting) or pulse.task.number != beat.task.number:
        return pulse
    match result:
        case "ok" | "canceled":
            due = now + beat.task.pace
            return replace(pulse, due=due, beats=beat.beats, failures=0, flying=False)
        case "gone":
            return Resting(beat.task.number)
        case "error":
            due = now + min(delay, beat.task.pace)
            return replace(pulse, due=due, failures=pulse.failures + 1, flying=False)
        case _:
            assert_never(result)


def retry_delay(failures: int, *, loopback: bool, jitter: float) -> int:
    """Milliseconds until the next attempt after the nth failure in a row."""
    return round(1000 * answer_delay(failures, loopback=loopback, jitter=jitter))


# The report of a worker's death.


@dataclass(frozen=True, slots=True)
class Report:
    """Its task is to be answered in a dead worker's place, at `due`."""

    task: BoardTask
    due: int
    failures: int = 0
    unsure: bool = False
    flying: bool = False


Told = Literal["answered", "gone", "refused", "expired"]


def reported(
    report: Report, error: ServiceError | None, now: int, delay: int
) -> tuple[Report, Told | None]:
    """An attempt ended: it is over, or is made again.

    That SWF does not know the task means that it was answered: by the worker itself, if not by us.
    """
    if error is None:
        return report, "answered"
    left = (report.task.deadline - now) / 1000
    match after(error, unsure=report.unsure, left=left, delay=delay / 1000):
        case Over(answer):
            return report, answer
        case Again(seconds):
            unsure = report.unsure or isinstance(error, ServiceUnreachable)
            again = replace(
                report,
                due=now + round(seconds * 1000),
                failures=report.failures + 1,
                unsure=unsure,
                flying=False,
            )
            return again, None
        case other:
            assert_never(other)
