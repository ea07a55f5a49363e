"""What falls due when: a heap of deadlines, checked against the state when they come up."""

import heapq
from enum import IntEnum

from msgspec import Struct

from flowy.engine.core.durations import due
from flowy.engine.core.execution import Execution
from flowy.engine.core.tasks import (
    Activity,
    RunningActivity,
    RunningDecision,
    RunningLambda,
    Timer,
    WaitingDecision,
)
from flowy.swf.limits import YEAR

LAMBDA_SECONDS = "900"
"""How long a Lambda function may run if its decision does not say; also the most."""


class Kind(IntEnum):
    """What a deadline is for. Of two that are due at once the smaller number comes first."""

    TIMER = 1
    ACTIVITY_SCHEDULE_TO_START = 2
    ACTIVITY_START_TO_CLOSE = 3
    ACTIVITY_HEARTBEAT = 4
    ACTIVITY_SCHEDULE_TO_CLOSE = 5
    DECISION_SCHEDULE_TO_START = 6
    DECISION_START_TO_CLOSE = 7
    LAMBDA_START_TO_CLOSE = 8
    EXECUTION = 9


class Deadline(Struct, frozen=True, order=True):
    """`at` in milliseconds; `ref` is the event id of the task that it bounds.

    A deadline is never taken back: when it comes up it may be stale, or may have moved.
    """

    at: int
    kind: Kind
    run_id: str
    ref: int


class Deadlines:
    """A heap. It forgets stale entries when they outnumber what is live."""

    def __init__(self) -> None:
        self._heap: list[Deadline] = []
        self._limit = 1024

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, deadline: Deadline) -> None:
        heapq.heappush(self._heap, deadline)

    def next_at(self) -> int | None:
        return self._heap[0].at if self._heap else None

    def pop_due(self, now: int) -> Deadline | None:
        """Take the earliest deadline that is due, or None."""
        if self._heap and self._heap[0].at <= now:
            return heapq.heappop(self._heap)
        return None

    def sweep(self, runs: dict[str, Execution]) -> None:
        """Drop what belongs to closed executions once the heap has doubled since the last time."""
        if len(self._heap) < self._limit:
            return
        self._heap = [d for d in self._heap if d.run_id in runs and standing(runs[d.run_id], d)]
        heapq.heapify(self._heap)
        self._limit = max(1024, 2 * len(self._heap))


def standing(run: Execution, deadline: Deadline) -> bool:
    """Whether the deadline still bounds something; a heartbeat's may have moved."""
    at = current(run, deadline.kind, deadline.ref)
    return at is not None and (at == deadline.at or deadline.kind is Kind.ACTIVITY_HEARTBEAT)


def current(run: Execution, kind: Kind, ref: int) -> int | None:
    """When `kind` falls due for the task `ref` as things stand, or None."""
    match kind:
        case Kind.EXECUTION:
            return _execution_due(run)
        case Kind.TIMER:
            timer = run.timers.get(ref)
            return timer_due(timer) if timer else None
        case Kind.DECISION_SCHEDULE_TO_START:
            waits = run.waiting is not None and run.waiting.scheduled_id == ref
            return waiting_due(run.waiting) if run.waiting and waits and not run.running else None
        case Kind.DECISION_START_TO_CLOSE:
            runs = run.running is not None and run.running.started_id == ref
            return running_due(run, run.running) if run.running and runs else None
        case Kind.LAMBDA_START_TO_CLOSE:
            task = run.lambdas.get(ref)
            return lambda_due(task) if isinstance(task, RunningLambda) else None
        case _:
            activity = run.activities.get(ref)
            return dict(activity_deadlines(activity)).get(kind) if activity else None


def _execution_due(run: Execution) -> int:
    # NONE is possible for children and continued runs; no run lives longer than a year.
    longest = run.started_at + YEAR * 1000
    at = due(run.started_at, run.started.execution_start_to_close_timeout)
    return longest if at is None else min(at, longest)


def timer_due(timer: Timer) -> int | None:
    return due(timer.started_at, timer.task.start_to_fire_timeout)


def waiting_due(waiting: WaitingDecision) -> int | None:
    return due(waiting.offered_at, waiting.schedule_to_start)


def running_due(run: Execution, running: RunningDecision) -> int | None:
    return due(running.started_at, run.started.task_start_to_close_timeout)


def lambda_due(task: RunningLambda) -> int | None:
    return due(task.started_at, task.task.start_to_close_timeout or LAMBDA_SECONDS)


def activity_deadlines(activity: Activity) -> list[tuple[Kind, int]]:
    """All deadlines of one activity, as it stands now."""
    task = activity.task
    found = [
        (
            Kind.ACTIVITY_SCHEDULE_TO_CLOSE,
            due(activity.scheduled_at, task.schedule_to_close_timeout),
        )
    ]
    if isinstance(activity, RunningActivity):
        found += [
            (
                Kind.ACTIVITY_START_TO_CLOSE,
                due(activity.started_at, task.start_to_close_timeout),
            ),
            (Kind.ACTIVITY_HEARTBEAT, due(activity.heard_at, task.heartbeat_timeout)),
        ]
    else:
        found.append(
            (
                Kind.ACTIVITY_SCHEDULE_TO_START,
                due(activity.scheduled_at, task.schedule_to_start_timeout),
            )
        )
    return [(kind, at) for kind, at in found if at is not None]


def all_deadlines(run: Execution) -> list[Deadline]:
    """Every deadline of an execution as it stands: what a restart puts on the heap."""
    found: list[tuple[Kind, int | None, int]] = [(Kind.EXECUTION, _execution_due(run), 1)]
    found += [(Kind.TIMER, timer_due(t), t.started_id) for t in run.timers.values()]
    for activity in run.activities.values():
        found += [(kind, at, activity.scheduled_id) for kind, at in activity_deadlines(activity)]
    found += [
        (Kind.LAMBDA_START_TO_CLOSE, lambda_due(task), task.scheduled_id)
        for task in run.lambdas.values()
        if isinstance(task, RunningLambda)
    ]
    found += decision_deadlines(run)
    return [Deadline(at, kind, run.id.run_id, ref) for kind, at, ref in found if at is not None]


def decision_deadlines(run: Execution) -> list[tuple[Kind, int | None, int]]:
    """The deadline of the running decision task, else of the waiting one."""
    if run.running is not None:
        at = running_due(run, run.running)
        return [(Kind.DECISION_START_TO_CLOSE, at, run.running.started_id)]
    if run.waiting is not None:
        at = waiting_due(run.waiting)
        return [(Kind.DECISION_SCHEDULE_TO_START, at, run.waiting.scheduled_id)]
    return []
