"""How an execution closes: the decision that the end of its main line means."""

from flowy import forms
from flowy.converter import PLAIN, Converter
from flowy.decider.asked import Ask
from flowy.decider.branches import Ending, Raised, Returned
from flowy.decider.coroutines import ForeignAwait
from flowy.decider.restarting import Restart, continue_as_new
from flowy.errors import Canceled, FlowyError, SerializationError
from flowy.forms import Meta
from flowy.placeholders import copy, fill
from flowy.swf.decisions import (
    CancelWorkflowExecution,
    CompleteWorkflowExecution,
    Decision,
    FailWorkflowExecution,
)
from flowy.swf.events import WorkflowExecutionStarted

NOT_THE_CODES_FAULT = (ImportError, MemoryError, RecursionError, ForeignAwait)
"""Exceptions that say something of this process or deploy, not of the work: they are parked."""


def close_for(
    ending: Ending, converter: Converter = PLAIN, restart: Restart | None = None
) -> Decision | Restart:
    """The closing decision for the end of the main line.

    A `restart` that any line asked for comes before all but a failure. `is_unfit` endings have no
    decision: they are no outcome.
    """
    match ending:
        case Returned() | Raised(Canceled() | Restart()) if restart is not None:
            return restart
        case Returned(value):
            return completed(fill(copy(value)), converter)
        case Raised(Canceled(details=details)):
            return canceled(details)
        case Raised(error):
            return failed(error)


def is_unfit(error: BaseException) -> bool:
    """Whether the error is ours, or this deploy's, and not a failure of the work."""
    return isinstance(error, NOT_THE_CODES_FAULT) or not isinstance(
        error, Exception | Canceled | Restart
    )


def asked(
    close: Decision | Restart, started: WorkflowExecutionStarted, meta: Meta, longest: int
) -> Ask:
    """The close as it is asked for; a new run gets `meta`, with the signals unread by now."""
    if not isinstance(close, Restart):
        return Ask(close, arguments=outcome(close))
    try:
        return Ask(continue_as_new(close, started, meta, longest), arguments=close.arguments)
    except SerializationError as error:
        return Ask(failed(error))


def completed(value: object, converter: Converter) -> Decision:
    """Completion with the result; a result without a JSON form is a failure that names it."""
    try:
        return CompleteWorkflowExecution(result=forms.write_result(value, converter))
    except SerializationError as error:
        return failed(error)


def canceled(details: object) -> Decision:
    """Cancellation with the details; details without a JSON form are a failure that names them."""
    if details is None:
        return CancelWorkflowExecution()
    try:
        return CancelWorkflowExecution(details=forms.write_result(details))
    except SerializationError as error:
        return failed(error)


def failed(error: BaseException) -> Decision:
    """Failure with the error's type, message and traceback."""
    failure = forms.failure_of(error)
    return FailWorkflowExecution(reason=failure.reason, details=failure.details)


def refused(cause: str) -> Decision:
    """What to close with after SWF refused the close for another cause than news.

    Offering the same again would loop at once, up to the end of the history.
    """
    return failed(FlowyError(f"SWF refused to close the execution: {cause}"))


def outcome(close: Decision) -> str | None:
    """What replay compares of a close: the result, or the type of the failure."""
    match close:
        case CompleteWorkflowExecution(result=result):
            return result
        case FailWorkflowExecution(reason=reason):
            return reason
        case _:
            return None
