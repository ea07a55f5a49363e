"""The life of one execution: started, signaled, asked to cancel, closed."""

from flowy.swf.events.event import Attributes
from flowy.swf.values import ExecutionId, TaskList, TypeId


class WorkflowExecutionStarted(Attributes, frozen=True):
    child_policy: str
    task_list: TaskList
    workflow_type: TypeId
    continued_execution_run_id: str | None = None
    execution_start_to_close_timeout: str | None = None
    input: str | None = None
    lambda_role: str | None = None
    parent_initiated_event_id: int | None = None
    parent_workflow_execution: ExecutionId | None = None
    tag_list: tuple[str | None, ...] | None = None
    task_priority: str | None = None
    task_start_to_close_timeout: str | None = None


class WorkflowExecutionSignaled(Attributes, frozen=True):
    signal_name: str
    external_initiated_event_id: int | None = None
    external_workflow_execution: ExecutionId | None = None
    input: str | None = None


class WorkflowExecutionCancelRequested(Attributes, frozen=True):
    cause: str | None = None
    external_initiated_event_id: int | None = None
    external_workflow_execution: ExecutionId | None = None


class WorkflowExecutionCompleted(Attributes, frozen=True):
    decision_task_completed_event_id: int
    result: str | None = None


class CompleteWorkflowExecutionFailed(Attributes, frozen=True):
    cause: str
    decision_task_completed_event_id: int


class WorkflowExecutionFailed(Attributes, frozen=True):
    decision_task_completed_event_id: int
    details: str | None = None
    reason: str | None = None


class FailWorkflowExecutionFailed(Attributes, frozen=True):
    cause: str
    decision_task_completed_event_id: int


class WorkflowExecutionCanceled(Attributes, frozen=True):
    decision_task_completed_event_id: int
    details: str | None = None


class CancelWorkflowExecutionFailed(Attributes, frozen=True):
    cause: str
    decision_task_completed_event_id: int


class WorkflowExecutionContinuedAsNew(Attributes, frozen=True):
    child_policy: str
    decision_task_completed_event_id: int
    new_execution_run_id: str
    task_list: TaskList
    workflow_type: TypeId
    execution_start_to_close_timeout: str | None = None
    input: str | None = None
    lambda_role: str | None = None
    tag_list: tuple[str | None, ...] | None = None
    task_priority: str | None = None
    task_start_to_close_timeout: str | None = None


class ContinueAsNewWorkflowExecutionFailed(Attributes, frozen=True):
    cause: str
    decision_task_completed_event_id: int


class WorkflowExecutionTimedOut(Attributes, frozen=True):
    child_policy: str
    timeout_type: str


class WorkflowExecutionTerminated(Attributes, frozen=True):
    child_policy: str
    cause: str | None = None
    details: str | None = None
    reason: str | None = None
