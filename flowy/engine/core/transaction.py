"""One transaction: the events that one cause appends to one execution, at one time."""

from flowy.engine.core.execution import Execution
from flowy.engine.core.fold import fold
from flowy.engine.core.settings import Settings
from flowy.swf.events import (
    Attributes,
    DecisionTaskScheduled,
    Event,
    WorkflowExecutionCanceled,
    WorkflowExecutionCompleted,
    WorkflowExecutionContinuedAsNew,
    WorkflowExecutionFailed,
    WorkflowExecutionTerminated,
    WorkflowExecutionTimedOut,
)

CLOSES = (
    WorkflowExecutionCompleted,
    WorkflowExecutionFailed,
    WorkflowExecutionCanceled,
    WorkflowExecutionTimedOut,
    WorkflowExecutionTerminated,
    WorkflowExecutionContinuedAsNew,
)


class Transaction:
    """Appends events to an execution. All have the time `now`, or the history's last if later."""

    def __init__(self, execution: Execution, now: int, settings: Settings) -> None:
        self.execution = execution
        self.now = max(now, execution.last_at)
        self.settings = settings
        self.events: list[Event] = []

    def append(self, attributes: Attributes) -> int:
        """Append one event and return its id.

        The last event that the limit allows is a termination; after a close nothing is appended.
        """
        run = self.execution
        if not run.is_open:
            return run.last_event
        if run.last_event + 1 >= self.settings.history_events and not isinstance(
            attributes, CLOSES
        ):
            attributes = WorkflowExecutionTerminated(
                run.started.child_policy, cause="EVENT_LIMIT_EXCEEDED"
            )
        event = Event(run.last_event + 1, self.now, attributes)
        fold(run, event)
        self.events.append(event)
        return event.id

    def need_decision(self) -> None:
        """Schedule a decision task unless one waits: at once, also while another one runs.

        The rule that everything hangs on; each consequence of it is recorded of the real service.
        """
        run = self.execution
        if run.is_open and run.waiting is None:
            timeout = run.override.timeout if run.override else None
            self.append(
                DecisionTaskScheduled(
                    run.decision_list,
                    schedule_to_start_timeout=timeout or "NONE",
                    start_to_close_timeout=run.started.task_start_to_close_timeout,
                    task_priority=run.started.task_priority,
                )
            )

    def report(self, attributes: Attributes) -> int:
        """Append an event that the decider must hear of, and see to it that it will."""
        event_id = self.append(attributes)
        self.need_decision()
        return event_id
