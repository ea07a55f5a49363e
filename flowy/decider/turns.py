"""History cut into turns: what each completed decision task saw for the first time, and decided.

A turn is cut at the DecisionTaskStarted of a completed decision task; tasks that timed out or were
parked decided nothing, so their news joins the next turn. An event that arrived while a decision
ran stands before that decision's DecisionTaskCompleted, yet belongs to the next turn.
"""

from collections.abc import Sequence
from operator import attrgetter

from msgspec import Struct

from flowy import forms
from flowy.swf.events import (
    EVENTS,
    DecisionTaskCompleted,
    DecisionTaskStarted,
    DecisionTaskTimedOut,
    Event,
)

RECORDED = "decision_task_completed_event_id"
"""The attribute that ties what a decision made to its DecisionTaskCompleted."""

INITIATED = "initiated_event_id"
_made_by, _initiated = attrgetter(RECORDED), attrgetter(INITIATED)

# Sets of types: patterns that are tried one after the other cost half of a cut.
_MADE = frozenset(kind for kind in EVENTS.values() if RECORDED in kind.__struct_fields__)
_LATE = frozenset(kind for kind in _MADE if INITIATED in kind.__struct_fields__)
_TASKS = frozenset({DecisionTaskStarted, DecisionTaskCompleted, DecisionTaskTimedOut})

NO_CONTEXT = forms.Context()


class Turn(Struct, frozen=True, gc=False):
    """One turn: `started` is the id of its DecisionTaskStarted, `at` the time of that event in ms.

    `news` are the events that it saw first, in order. A recorded turn has `completed`, the id of
    its DecisionTaskCompleted (0: it is live), with the `batch` of events that its decisions made
    and the context that it left.
    """

    started: int
    at: int
    news: tuple[Event, ...]
    completed: int = 0
    batch: tuple[Event, ...] = ()
    context: forms.Context = NO_CONTEXT


class Cut(Struct, frozen=True, gc=False):
    """A history cut after event `after`.

    `confirmed` is the recorded form of the turn that started at `after`, None where the history
    does not show that its decision was taken; its news is left out.
    """

    turns: tuple[Turn, ...]
    confirmed: Turn | None


class _Completed:
    """A DecisionTaskCompleted with the batch that it made."""

    def __init__(self, id: int, context: forms.Context) -> None:
        self.id = id
        self.context = context
        self.batch: list[Event] = []

    def turn(self, started: int, at: int, news: tuple[Event, ...]) -> Turn:
        return Turn(started, at, news, self.id, tuple(self.batch), self.context)


def cut(events: Sequence[Event], after: int = 0) -> Cut:
    """Cut consecutive events into turns; those up to the id `after` are dropped.

    Only a last DecisionTaskStarted may be unfinished: it is the live turn. An unfinished one that
    is not the last has timed out, whatever the service wrote of it.
    """
    skipped = max(after + 1 - events[0].id, 0) if events else 0  # ids have no gaps
    fresh = events[skipped:]
    answered, starts, overdue = decision_tasks(fresh)
    turns, begin = [], 0
    for start in starts:
        done = answered.get(start.id)
        waits = done is None and (start is not starts[-1] or start.id in overdue)
        if waits or (done is not None and done.context.parked):
            continue
        end = start.id - fresh[0].id + 1
        news = tuple(fresh[begin:end])
        turns.append(
            done.turn(start.id, start.at, news) if done else Turn(start.id, start.at, news)
        )
        begin = end
    own = answered.get(after)
    return Cut(tuple(turns), own.turn(after, 0, ()) if own else None)


def decision_tasks(events: Sequence[Event]) -> tuple[dict[int, _Completed], list[Event], set[int]]:
    """The completed decision tasks with their batches, all starts, and those that timed out.

    The first and the last by the id of their DecisionTaskStarted. One walk: each decision pays it.

    Late failures (a child that was already running, an external execution that is unknown) repeat
    the id of the decision that made their *Initiated* event: they carry it, and are news.
    """
    by_started: dict[int, _Completed] = {}
    by_id: dict[int, _Completed] = {}
    starts: list[Event] = []
    overdue: set[int] = set()
    for event in events:
        attributes = event.attributes
        kind = type(attributes)
        if kind in _MADE:
            task = by_id.get(_made_by(attributes))
            if task is not None and not (kind in _LATE and _initiated(attributes)):
                task.batch.append(event)
        elif kind in _TASKS:
            match attributes:
                case DecisionTaskStarted():
                    starts.append(event)
                case DecisionTaskCompleted(started_event_id=started, execution_context=context):
                    done = _Completed(event.id, forms.read_context(context))
                    by_started[started] = by_id[event.id] = done
                case DecisionTaskTimedOut(started_event_id=started):
                    overdue.add(started)
    return by_started, starts, overdue
