"""The ordering rules that every history of SWF obeys, as a program.

Distilled from recordings of the real service; it knows nothing of any implementation.
"""

from collections.abc import Sequence

from flowy.engine.core.transaction import CLOSES
from flowy.swf import events as e
from flowy.swf.events import Attributes, Event

TRIGGERS = (
    e.WorkflowExecutionStarted,
    e.WorkflowExecutionSignaled,
    e.WorkflowExecutionCancelRequested,
    e.ActivityTaskCompleted,
    e.ActivityTaskFailed,
    e.ActivityTaskTimedOut,
    e.ActivityTaskCanceled,
    e.TimerFired,
    e.ChildWorkflowExecutionStarted,
    e.ChildWorkflowExecutionCompleted,
    e.ChildWorkflowExecutionFailed,
    e.ChildWorkflowExecutionTimedOut,
    e.ChildWorkflowExecutionCanceled,
    e.ChildWorkflowExecutionTerminated,
    e.ExternalWorkflowExecutionSignaled,
    e.ExternalWorkflowExecutionCancelRequested,
    e.LambdaFunctionCompleted,
    e.LambdaFunctionFailed,
    e.LambdaFunctionTimedOut,
    e.StartLambdaFunctionFailed,
    e.DecisionTaskTimedOut,
)
"""Events that want a decision task unless one waits."""

ANSWERED_LATER = (
    e.SignalExternalWorkflowExecutionFailed,
    e.RequestCancelExternalWorkflowExecutionFailed,
    e.StartChildWorkflowExecutionFailed,
)
"""The same, though they name the batch that they answer; with an initiated event they are later."""

REFERENCES: dict[str, tuple[type[Attributes], ...]] = {
    "decision_task_completed_event_id": (e.DecisionTaskCompleted,),
    "initiated_event_id": (
        e.StartChildWorkflowExecutionInitiated,
        e.SignalExternalWorkflowExecutionInitiated,
        e.RequestCancelExternalWorkflowExecutionInitiated,
    ),
    "latest_cancel_requested_event_id": (e.ActivityTaskCancelRequested,),
    "scheduled_event_id": (
        e.ActivityTaskScheduled,
        e.DecisionTaskScheduled,
        e.LambdaFunctionScheduled,
    ),
    "started_event_id": (
        e.ActivityTaskStarted,
        e.DecisionTaskStarted,
        e.TimerStarted,
        e.ChildWorkflowExecutionStarted,
        e.LambdaFunctionStarted,
    ),
}


class _Checker:
    def __init__(self) -> None:
        self.seen: list[Event] = []
        self.broken: list[str] = []
        self.waiting: int | None = None
        self.running: int | None = None
        self.closed = False
        self.owed: str | None = None
        self.batch_owes = False

    def check(self, event: Event) -> None:
        self._order(event)
        self._references(event)
        self._decision_tasks(event)
        self._debts(event)
        self.seen.append(event)

    def _say(self, event: Event, text: str) -> None:
        self.broken.append(f"event {event.id} {event.type}: {text}")

    def _order(self, event: Event) -> None:
        if event.id != len(self.seen) + 1:
            self._say(event, "ids are not 1..n")
        if self.seen and event.at < self.seen[-1].at:
            self._say(event, "time goes back")
        if self.closed:
            self._say(event, "follows the close")
        self.closed = self.closed or isinstance(event.attributes, CLOSES)

    def _references(self, event: Event) -> None:
        for name, kinds in REFERENCES.items():
            number = getattr(event.attributes, name, None)
            if not number:
                continue
            if number >= event.id:
                self._say(event, f"{name}={number} does not resolve")
            elif not isinstance(self.seen[number - 1].attributes, kinds):
                self._say(event, f"{name} points at a {self.seen[number - 1].type}")

    def _decision_tasks(self, event: Event) -> None:
        match event.attributes:
            case e.DecisionTaskScheduled():
                if self.waiting:
                    self._say(event, "a second waiting decision task")
                if self.seen and event.at != self.seen[-1].at:
                    self._say(event, "its time differs from its cause's")
                self.waiting = event.id
            case e.DecisionTaskStarted(scheduled_event_id=scheduled):
                if self.running:
                    self._say(event, "a second running decision task")
                if scheduled != self.waiting:
                    self._say(event, "started one that did not wait")
                self.waiting, self.running = None, event.id
            case e.DecisionTaskTimedOut(started_event_id=0):
                self.waiting = None
            case e.DecisionTaskCompleted() | e.DecisionTaskTimedOut():
                if event.attributes.started_event_id != self.running:
                    self._say(event, "closed one that did not run")
                self.running = None
            case _:
                pass

    def _debts(self, event: Event) -> None:
        batch = getattr(event.attributes, "decision_task_completed_event_id", None)
        initiated = getattr(event.attributes, "initiated_event_id", 0)
        later = isinstance(event.attributes, ANSWERED_LATER) and bool(initiated)
        in_batch = (bool(batch) and not later) or _canceled_unstarted(event)
        scheduled = isinstance(event.attributes, e.DecisionTaskScheduled)
        if _cut_short(event):
            return
        if self.owed and not scheduled:
            self._say(event, f"a decision task was due right after {self.owed}")
        if self.batch_owes and not (in_batch or scheduled):
            self._say(event, "a failed decision got no decision task")
        if in_batch and batch and self.seen[batch - 1].at != event.at:
            self._say(event, "its time differs from its DecisionTaskCompleted's")
        wants = later or (isinstance(event.attributes, TRIGGERS) and not in_batch)
        self.owed = event.type if wants and not self.waiting else None
        owes = (self.batch_owes and not scheduled) or (in_batch and _is_news(event))
        self.batch_owes = owes and not self.waiting and not self.closed


def _cut_short(event: Event) -> bool:
    """The termination at the event limit stands wherever it came: nothing is owed after it."""
    attributes = event.attributes
    if not isinstance(attributes, e.WorkflowExecutionTerminated):
        return False
    return attributes.cause == "EVENT_LIMIT_EXCEEDED"


def _canceled_unstarted(event: Event) -> bool:
    """Canceling an activity that did not start is part of the batch that asks for it."""
    attributes = event.attributes
    return isinstance(attributes, e.ActivityTaskCanceled) and not attributes.started_event_id


def _is_news(event: Event) -> bool:
    """Whether an event of a batch makes the batch schedule a decision task, as its last event."""
    failed = event.type.endswith("Failed") and not isinstance(event.attributes, CLOSES)
    return failed or _canceled_unstarted(event)


def broken_rules(events: Sequence[Event]) -> list[str]:
    """Say which rules a history breaks; an empty list is a good history (or its beginning)."""
    checker = _Checker()
    for event in events:
        checker.check(event)
    return checker.broken
