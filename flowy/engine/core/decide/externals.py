"""Decisions that reach other executions: each is answered later, in a transaction of its own."""

from flowy.engine.core.decide.batch import Batch
from flowy.swf.decisions import (
    RequestCancelExternalWorkflowExecution,
    SignalExternalWorkflowExecution,
)
from flowy.swf.events import (
    RequestCancelExternalWorkflowExecutionInitiated,
    SignalExternalWorkflowExecutionInitiated,
)


def signal_external(batch: Batch, decision: SignalExternalWorkflowExecution) -> None:
    batch.append(
        SignalExternalWorkflowExecutionInitiated(
            batch.completed_id,
            decision.signal_name,
            decision.workflow_id,
            decision.control,
            decision.input,
            decision.run_id,
        )
    )


def request_cancel_external(batch: Batch, decision: RequestCancelExternalWorkflowExecution) -> None:
    batch.append(
        RequestCancelExternalWorkflowExecutionInitiated(
            batch.completed_id, decision.workflow_id, decision.control, decision.run_id
        )
    )
