"""How each event changes the state of its execution; the only code that changes it.

Restarting an engine is folding the events of its open executions again.
"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from flowy.engine.core.execution import Execution
from flowy.engine.core.tasks import (
    InitiatedChild,
    Override,
    RunningActivity,
    RunningDecision,
    RunningLambda,
    StartedChild,
    Timer,
    WaitingActivity,
    WaitingDecision,
    WaitingLambda,
)
from flowy.swf import events as swf
from flowy.swf.events import Event
from flowy.swf.values import ExecutionId

Step = Callable[[Execution, Event, Any], None]


def open_execution(
    key: int, domain: str, id: ExecutionId, at: int, started: swf.WorkflowExecutionStarted
) -> Execution:
    """Make the state before event 1. The input stays in history only: it may be 32 KB."""
    return Execution(key, domain, id, replace(started, input=None), at)


def fold(execution: Execution, event: Event) -> None:
    """Take one event in."""
    execution.last_event = event.id
    execution.last_at = event.at
    attributes = event.attributes
    step = STEPS.get(type(attributes))
    if step is not None:
        step(execution, event, attributes)


def heard(execution: Execution, scheduled_id: int, at: int, details: str | None) -> None:
    """Take a heartbeat in. One without details keeps the earlier ones (documented nowhere)."""
    activity = execution.activities.get(scheduled_id)
    if isinstance(activity, RunningActivity):
        execution.activities[scheduled_id] = replace(
            activity, heard_at=at, details=activity.details if details is None else details
        )


def _decision_scheduled(run: Execution, event: Event, a: swf.DecisionTaskScheduled) -> None:
    run.waiting = WaitingDecision(
        event.id, event.at, a.task_list, a.schedule_to_start_timeout, a.task_priority
    )


def _decision_started(run: Execution, event: Event, a: swf.DecisionTaskStarted) -> None:
    task_list = run.waiting.task_list if run.waiting else run.decision_list
    run.running = RunningDecision(a.scheduled_event_id, event.id, event.at, task_list)
    run.waiting = None


def _decision_completed(run: Execution, event: Event, a: swf.DecisionTaskCompleted) -> None:
    _release_waiting(run, event.at)
    run.previous_started = a.started_event_id
    if a.execution_context is not None:
        run.context = a.execution_context
    if a.task_list is not None:
        run.override = Override(a.task_list, a.task_list_schedule_to_start_timeout)


def _decision_timed_out(run: Execution, event: Event, a: swf.DecisionTaskTimedOut) -> None:
    if a.started_event_id:
        _release_waiting(run, event.at)
    else:
        run.waiting = None
    # A permanent override (one without a timeout) outlives a time-out: SWF's text says "will also
    # revert" of those with a timeout only.
    if run.override is not None and run.override.timeout is not None:
        run.override = None


def _release_waiting(run: Execution, at: int) -> None:
    run.running = None
    if run.waiting is not None:
        run.waiting = replace(run.waiting, offered_at=at)


def _activity_scheduled(run: Execution, event: Event, a: swf.ActivityTaskScheduled) -> None:
    run.activities[event.id] = WaitingActivity(event.id, event.at, a)
    run.activity_ids[a.activity_id] = event.id


def _activity_started(run: Execution, event: Event, a: swf.ActivityTaskStarted) -> None:
    old = run.activities[a.scheduled_event_id]
    run.activities[a.scheduled_event_id] = RunningActivity(
        old.scheduled_id, old.scheduled_at, old.task, event.id, event.at, event.at
    )
    run.latest_activity_at = event.at


def _activity_cancel_requested(
    run: Execution, event: Event, a: swf.ActivityTaskCancelRequested
) -> None:
    scheduled_id = run.activity_ids[a.activity_id]
    activity = run.activities[scheduled_id]
    if isinstance(activity, RunningActivity):
        run.activities[scheduled_id] = replace(activity, cancel_id=event.id)


def _activity_closed(run: Execution, event: Event, a: swf.ActivityTaskCompleted) -> None:
    activity = run.activities.pop(a.scheduled_event_id)
    del run.activity_ids[activity.task.activity_id]
    run.latest_activity_at = event.at


def _timer_started(run: Execution, event: Event, a: swf.TimerStarted) -> None:
    run.timers[event.id] = Timer(event.id, event.at, a)
    run.timer_ids[a.timer_id] = event.id


def _timer_closed(run: Execution, _event: Event, a: swf.TimerFired) -> None:
    del run.timers[a.started_event_id]
    del run.timer_ids[a.timer_id]


def _child_initiated(
    run: Execution, event: Event, a: swf.StartChildWorkflowExecutionInitiated
) -> None:
    run.children[event.id] = InitiatedChild(event.id, a)


def _child_started(run: Execution, event: Event, a: swf.ChildWorkflowExecutionStarted) -> None:
    request = run.children[a.initiated_event_id].request
    run.children[a.initiated_event_id] = StartedChild(a.initiated_event_id, request, event.id)


def _child_closed(run: Execution, _event: Event, a: swf.ChildWorkflowExecutionCompleted) -> None:
    run.children.pop(a.initiated_event_id, None)


def _external_initiated(run: Execution, event: Event, a: Any) -> None:
    run.externals[event.id] = a


def _external_answered(run: Execution, _event: Event, a: Any) -> None:
    run.externals.pop(a.initiated_event_id, None)


def _lambda_scheduled(run: Execution, event: Event, a: swf.LambdaFunctionScheduled) -> None:
    run.lambdas[event.id] = WaitingLambda(event.id, event.at, a)
    run.lambda_ids[a.id] = event.id


def _lambda_started(run: Execution, event: Event, a: swf.LambdaFunctionStarted) -> None:
    old = run.lambdas[a.scheduled_event_id]
    run.lambdas[old.scheduled_id] = RunningLambda(
        old.scheduled_id, old.scheduled_at, old.task, event.id, event.at
    )


def _lambda_closed(run: Execution, _event: Event, a: Any) -> None:
    closed = run.lambdas.pop(a.scheduled_event_id)
    del run.lambda_ids[closed.task.id]


def _cancel_requested(run: Execution, _event: Event, _a: Any) -> None:
    run.cancel_requested = True


def _closes(status: str) -> Step:
    def close(run: Execution, event: Event, _attributes: Any) -> None:
        run.close_status = status
        run.closed_at = event.at

    return close


STEPS: dict[type[swf.Attributes], Step] = {
    swf.DecisionTaskScheduled: _decision_scheduled,
    swf.DecisionTaskStarted: _decision_started,
    swf.DecisionTaskCompleted: _decision_completed,
    swf.DecisionTaskTimedOut: _decision_timed_out,
    swf.ActivityTaskScheduled: _activity_scheduled,
    swf.ActivityTaskStarted: _activity_started,
    swf.ActivityTaskCancelRequested: _activity_cancel_requested,
    swf.ActivityTaskCompleted: _activity_closed,
    swf.ActivityTaskFailed: _activity_closed,
    swf.ActivityTaskTimedOut: _activity_closed,
    swf.ActivityTaskCanceled: _activity_closed,
    swf.TimerStarted: _timer_started,
    swf.TimerFired: _timer_closed,
    swf.TimerCanceled: _timer_closed,
    swf.StartChildWorkflowExecutionInitiated: _child_initiated,
    swf.StartChildWorkflowExecutionFailed: _child_closed,
    swf.ChildWorkflowExecutionStarted: _child_started,
    swf.ChildWorkflowExecutionCompleted: _child_closed,
    swf.ChildWorkflowExecutionFailed: _child_closed,
    swf.ChildWorkflowExecutionCanceled: _child_closed,
    swf.ChildWorkflowExecutionTimedOut: _child_closed,
    swf.ChildWorkflowExecutionTerminated: _child_closed,
    swf.SignalExternalWorkflowExecutionInitiated: _external_initiated,
    swf.SignalExternalWorkflowExecutionFailed: _external_answered,
    swf.ExternalWorkflowExecutionSignaled: _external_answered,
    swf.RequestCancelExternalWorkflowExecutionInitiated: _external_initiated,
    swf.RequestCancelExternalWorkflowExecutionFailed: _external_answered,
    swf.ExternalWorkflowExecutionCancelRequested: _external_answered,
    swf.LambdaFunctionScheduled: _lambda_scheduled,
    swf.LambdaFunctionStarted: _lambda_started,
    swf.LambdaFunctionCompleted: _lambda_closed,
    swf.LambdaFunctionFailed: _lambda_closed,
    swf.LambdaFunctionTimedOut: _lambda_closed,
    swf.StartLambdaFunctionFailed: _lambda_closed,
    swf.WorkflowExecutionCancelRequested: _cancel_requested,
    swf.WorkflowExecutionCompleted: _closes("COMPLETED"),
    swf.WorkflowExecutionFailed: _closes("FAILED"),
    swf.WorkflowExecutionCanceled: _closes("CANCELED"),
    swf.WorkflowExecutionTerminated: _closes("TERMINATED"),
    swf.WorkflowExecutionTimedOut: _closes("TIMED_OUT"),
    swf.WorkflowExecutionContinuedAsNew: _closes("CONTINUED_AS_NEW"),
}
"""Events that change nothing but the count of events are absent: markers, refusals, signals."""
