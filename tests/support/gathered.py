"""What the histories of one run of the conformance suite contained."""

from dataclasses import dataclass, field

from flowy.swf.events import Event

MADE_BY = {
    "ActivityTaskScheduled": "ScheduleActivityTask",
    "ActivityTaskCancelRequested": "RequestCancelActivityTask",
    "WorkflowExecutionCompleted": "CompleteWorkflowExecution",
    "WorkflowExecutionFailed": "FailWorkflowExecution",
    "WorkflowExecutionCanceled": "CancelWorkflowExecution",
    "WorkflowExecutionContinuedAsNew": "ContinueAsNewWorkflowExecution",
    "MarkerRecorded": "RecordMarker",
    "TimerStarted": "StartTimer",
    "TimerCanceled": "CancelTimer",
    "SignalExternalWorkflowExecutionInitiated": "SignalExternalWorkflowExecution",
    "RequestCancelExternalWorkflowExecutionInitiated": "RequestCancelExternalWorkflowExecution",
    "StartChildWorkflowExecutionInitiated": "StartChildWorkflowExecution",
    "LambdaFunctionScheduled": "ScheduleLambdaFunction",
}
"""The decision that an event shows to have been carried out."""


@dataclass
class Gathered:
    """What was found, all in all.

    `unknown` are the open questions that tests take a side in; `complete` is true once every test
    of the suite has run in this process.
    """

    events: set[str] = field(default_factory=set)
    causes: set[tuple[str, str]] = field(default_factory=set)
    decisions: set[str] = field(default_factory=set)
    timeouts: set[tuple[str, str]] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    histories: int = 0
    left: set[str] = field(default_factory=set)
    begun: bool = False

    @property
    def complete(self) -> bool:
        return self.begun and not self.left

    def add(self, history: list[Event]) -> None:
        self.histories += 1
        for event in history:
            self.events.add(event.type)
            if cause := getattr(event.attributes, "cause", None):
                self.causes.add((event.type, cause))
            if kind := getattr(event.attributes, "timeout_type", None):
                self.timeouts.add((event.type, kind))
            if event.type in MADE_BY:
                self.decisions.add(MADE_BY[event.type])


GATHERED = Gathered()
