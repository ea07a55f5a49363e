"""Child executions, as their parent sees them."""

from flowy.swf.events.event import Attributes
from flowy.swf.values import ExecutionId, TaskList, TypeId


class StartChildWorkflowExecutionInitiated(Attributes, frozen=True):
    child_policy: str
    decision_task_completed_event_id: int
    task_list: TaskList
    workflow_id: str
    workflow_type: TypeId
    control: str | None = None
    execution_start_to_close_timeout: str | None = None
    input: str | None = None
    lambda_role: str | None = None
    tag_list: tuple[str | None, ...] | None = None
    task_priority: str | None = None
    task_start_to_close_timeout: str | None = None


class StartChildWorkflowExecutionFailed(Attributes, frozen=True):
    cause: str
    decision_task_completed_event_id: int
    initiated_event_id: int
    workflow_id: str
    workflow_type: TypeId
    control: str | None = None


class ChildWorkflowExecutionStarted(Attributes, frozen=True):
    initiated_event_id: int
    workflow_execution: ExecutionId
    workflow_type: TypeId


class ChildWorkflowExecutionCompleted(Attributes, frozen=True):
    initiated_event_id: int
    started_event_id: int
    workflow_execution: ExecutionId
    workflow_type: TypeId
    result: str | None = None


class ChildWorkflowExecutionFailed(Attributes, frozen=True):
    initiated_event_id: int
    started_event_id: int
    workflow_execution: ExecutionId
    workflow_type: TypeId
    details: str | None = None
    reason: str | None = None


class ChildWorkflowExecutionCanceled(Attributes, frozen=True):
    initiated_event_id: int
    started_event_id: int
    workflow_execution: ExecutionId
    workflow_type: TypeId
    details: str | None = None


class ChildWorkflowExecutionTimedOut(Attributes, frozen=True):
    initiated_event_id: int
    started_event_id: int
    timeout_type: str
    workflow_execution: ExecutionId
    workflow_type: TypeId


class ChildWorkflowExecutionTerminated(Attributes, frozen=True):
    initiated_event_id: int
    started_event_id: int
    workflow_execution: ExecutionId
    workflow_type: TypeId
