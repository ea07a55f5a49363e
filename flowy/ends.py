"""How an execution ended, read from the last event of its history: pure."""

from dataclasses import dataclass

from flowy import forms
from flowy.errors import ExecutionFailed
from flowy.swf.events import (
    Event,
    WorkflowExecutionCanceled,
    WorkflowExecutionCompleted,
    WorkflowExecutionContinuedAsNew,
    WorkflowExecutionFailed,
    WorkflowExecutionTerminated,
    WorkflowExecutionTimedOut,
)


@dataclass(frozen=True, slots=True)
class Completed:
    """It completed; `result` is the recorded text."""

    result: str | None


@dataclass(frozen=True, slots=True)
class Continued:
    """It goes on under the same workflowId in another run."""

    run_id: str


End = Completed | Continued | ExecutionFailed


def end_of(last: Event) -> End | None:
    """The end that the last event of a history means; None: it is open."""
    match last.attributes:
        case WorkflowExecutionCompleted(result=result):
            return Completed(result)
        case WorkflowExecutionContinuedAsNew(new_execution_run_id=run_id):
            return Continued(run_id)
        case _:
            return failure_of(last)


def failure_of(last: Event) -> ExecutionFailed | None:
    """The bad end that an event means, if it means one."""
    match last.attributes:
        case WorkflowExecutionFailed(reason=reason, details=details):
            told = forms.read_failure(reason, details).message  # the type and what it said
            return ExecutionFailed("FAILED", told, details or "")
        case WorkflowExecutionTimedOut(timeout_type=kind):
            return ExecutionFailed("TIMED_OUT", kind)
        case WorkflowExecutionCanceled(details=details):
            return ExecutionFailed("CANCELED", details=details or "")
        case WorkflowExecutionTerminated(reason=reason, cause=cause, details=details):
            return ExecutionFailed("TERMINATED", reason or cause or "", details or "")
        case _:
            return None
