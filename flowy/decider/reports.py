"""What the events of children, Lambda functions and other executions mean to an execution."""

from collections.abc import Callable
from typing import Any, Protocol

from flowy import forms
from flowy.decider import lambdas
from flowy.decider.children import ChildCall, Children
from flowy.decider.externals import Externals
from flowy.decider.lambdas import Lambdas
from flowy.decider.memory import Memory
from flowy.errors import TaskTimedOut
from flowy.swf import events as e
from flowy.swf.events import Attributes


class Reached(Protocol):
    """The execution, as these events see it."""

    children: Children
    lambdas: Lambdas
    externals: Externals
    memory: Memory

    def find(self, scheduled: int) -> Any:
        """The open call that an event recorded; None if there is none."""

    def take(self, scheduled: int) -> Any:
        """The same; it is open no longer."""


def _child_started(to: Reached, _: int, event: e.ChildWorkflowExecutionStarted) -> None:
    if call := to.find(event.initiated_event_id):
        to.children.started(call)


def _child_completed(to: Reached, _: int, event: e.ChildWorkflowExecutionCompleted) -> None:
    if call := to.take(event.initiated_event_id):
        to.children.completed(call, event.result)


def _child_failed(to: Reached, _: int, event: e.ChildWorkflowExecutionFailed) -> None:
    if call := to.take(event.initiated_event_id):
        error = forms.read_failure(event.reason, event.details)
        to.children.failed(call, error, to.memory)


def _child_timed_out(to: Reached, _: int, event: e.ChildWorkflowExecutionTimedOut) -> None:
    if call := to.take(event.initiated_event_id):
        to.children.failed(call, TaskTimedOut(event.timeout_type), to.memory)


def _child_canceled(to: Reached, _: int, event: e.ChildWorkflowExecutionCanceled) -> None:
    if call := to.take(event.initiated_event_id):
        to.children.canceled(call, event.details)


def _child_terminated(to: Reached, _: int, event: e.ChildWorkflowExecutionTerminated) -> None:
    if call := to.take(event.initiated_event_id):
        to.children.terminated(call)


def _child_refused(to: Reached, id: int, event: e.StartChildWorkflowExecutionFailed) -> None:
    # In the batch the event stands for the decision itself; later it names the Initiated one.
    call: ChildCall | None = to.take(event.initiated_event_id or id)
    if call:
        to.children.refused(call, event.cause, to.memory)


def _lambda_completed(to: Reached, _: int, event: e.LambdaFunctionCompleted) -> None:
    if call := to.take(event.scheduled_event_id):
        to.lambdas.completed(call, event.result)


def _lambda_failed(to: Reached, _: int, event: e.LambdaFunctionFailed) -> None:
    if call := to.take(event.scheduled_event_id):
        to.lambdas.failed(call, lambdas.failure(event.reason, event.details), to.memory)


def _lambda_timed_out(to: Reached, _: int, event: e.LambdaFunctionTimedOut) -> None:
    if call := to.take(event.scheduled_event_id):
        to.lambdas.failed(call, TaskTimedOut(event.timeout_type or "START_TO_CLOSE"), to.memory)


def _lambda_refused(to: Reached, id: int, event: e.ScheduleLambdaFunctionFailed) -> None:
    if call := to.take(id):
        to.lambdas.refused(call, event.cause, to.memory)


def _lambda_not_started(to: Reached, _: int, event: e.StartLambdaFunctionFailed) -> None:
    if call := to.take(event.scheduled_event_id or 0):
        to.lambdas.not_started(call, event.cause or "ASSUME_ROLE_FAILED", event.message)


def _arrived(to: Reached, _: int, event: Any) -> None:
    if call := to.take(event.initiated_event_id):
        to.externals.arrived(call)


def _refused(to: Reached, _: int, event: Any) -> None:
    if call := to.take(event.initiated_event_id):
        to.externals.refused(call, event.cause, to.memory)


HANDLERS: dict[type[Attributes], Callable[[Any, int, Any], None]] = {
    e.ChildWorkflowExecutionStarted: _child_started,
    e.ChildWorkflowExecutionCompleted: _child_completed,
    e.ChildWorkflowExecutionFailed: _child_failed,
    e.ChildWorkflowExecutionTimedOut: _child_timed_out,
    e.ChildWorkflowExecutionCanceled: _child_canceled,
    e.ChildWorkflowExecutionTerminated: _child_terminated,
    e.StartChildWorkflowExecutionFailed: _child_refused,
    e.LambdaFunctionCompleted: _lambda_completed,
    e.LambdaFunctionFailed: _lambda_failed,
    e.LambdaFunctionTimedOut: _lambda_timed_out,
    e.ScheduleLambdaFunctionFailed: _lambda_refused,
    e.StartLambdaFunctionFailed: _lambda_not_started,
    e.ExternalWorkflowExecutionSignaled: _arrived,
    e.ExternalWorkflowExecutionCancelRequested: _arrived,
    e.SignalExternalWorkflowExecutionFailed: _refused,
    e.RequestCancelExternalWorkflowExecutionFailed: _refused,
}
"""What each of these events does, by its type."""
