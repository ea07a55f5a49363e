"""What happens when a deadline passes."""

from flowy.engine.core.deadlines import Deadline, Kind
from flowy.engine.core.tasks import RunningActivity, RunningLambda
from flowy.engine.core.transaction import Transaction
from flowy.swf.events import (
    ActivityTaskTimedOut,
    DecisionTaskTimedOut,
    LambdaFunctionTimedOut,
    TimerFired,
    WorkflowExecutionTimedOut,
)

_ACTIVITY_TYPES = {
    Kind.ACTIVITY_SCHEDULE_TO_START: "SCHEDULE_TO_START",
    Kind.ACTIVITY_SCHEDULE_TO_CLOSE: "SCHEDULE_TO_CLOSE",
    Kind.ACTIVITY_START_TO_CLOSE: "START_TO_CLOSE",
    Kind.ACTIVITY_HEARTBEAT: "HEARTBEAT",
}


def expire(transaction: Transaction, deadline: Deadline) -> None:
    """Append what the passing of a deadline means. It must be current."""
    run = transaction.execution
    match deadline.kind:
        case Kind.EXECUTION:
            transaction.append(
                WorkflowExecutionTimedOut(run.started.child_policy, "START_TO_CLOSE")
            )
        case Kind.TIMER:
            timer = run.timers[deadline.ref]
            transaction.report(TimerFired(timer.started_id, timer.task.timer_id))
        case Kind.DECISION_SCHEDULE_TO_START:
            transaction.report(DecisionTaskTimedOut(deadline.ref, 0, "SCHEDULE_TO_START"))
        case Kind.DECISION_START_TO_CLOSE if run.running is not None:
            scheduled_id = run.running.scheduled_id
            transaction.report(DecisionTaskTimedOut(scheduled_id, deadline.ref, "START_TO_CLOSE"))
        case Kind.LAMBDA_START_TO_CLOSE:
            _expire_lambda(transaction, deadline)
        case _:
            _expire_activity(transaction, deadline)


def _expire_activity(transaction: Transaction, deadline: Deadline) -> None:
    activity = transaction.execution.activities[deadline.ref]
    started_id, details = 0, None
    if isinstance(activity, RunningActivity):
        started_id, details = activity.started_id, activity.details
    transaction.report(
        ActivityTaskTimedOut(
            activity.scheduled_id, started_id, _ACTIVITY_TYPES[deadline.kind], details
        )
    )


def _expire_lambda(transaction: Transaction, deadline: Deadline) -> None:
    task = transaction.execution.lambdas[deadline.ref]
    if isinstance(task, RunningLambda):
        ids = (task.scheduled_id, task.started_id)
        transaction.report(LambdaFunctionTimedOut(*ids, "START_TO_CLOSE"))
