"""Signals and cancel requests that an execution sends to others."""

from flowy.swf.events.event import Attributes
from flowy.swf.values import ExecutionId


class SignalExternalWorkflowExecutionInitiated(Attributes, frozen=True):
    decision_task_completed_event_id: int
    signal_name: str
    workflow_id: str
    control: str | None = None
    input: str | None = None
    run_id: str | None = None


class SignalExternalWorkflowExecutionFailed(Attributes, frozen=True):
    cause: str
    decision_task_completed_event_id: int
    initiated_event_id: int
    workflow_id: str
    control: str | None = None
    run_id: str | None = None


class ExternalWorkflowExecutionSignaled(Attributes, frozen=True):
    initiated_event_id: int
    workflow_execution: ExecutionId


class RequestCancelExternalWorkflowExecutionInitiated(Attributes, frozen=True):
    decision_task_completed_event_id: int
    workflow_id: str
    control: str | None = None
    run_id: str | None = None


class RequestCancelExternalWorkflowExecutionFailed(Attributes, frozen=True):
    cause: str
    decision_task_completed_event_id: int
    initiated_event_id: int
    workflow_id: str
    control: str | None = None
    run_id: str | None = None


class ExternalWorkflowExecutionCancelRequested(Attributes, frozen=True):
    initiated_event_id: int
    workflow_execution: ExecutionId
