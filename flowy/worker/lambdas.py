"""The lambda worker: poll, run, answer, one function after the other, in AWS Lambda's place."""

import json
import time
import traceback
from dataclasses import dataclass
from functools import partial
from typing import Any, assert_never

import structlog

from flowy.errors import Canceled, ServiceError, UnknownType
from flowy.registry import LambdaDefinition
from flowy.swf import limits
from flowy.swf.tasks import LambdaTask
from flowy.worker import polling
from flowy.worker.post import Post, Reporter, Silent, Stop, TaskSummary
from flowy.worker.responding import Answer, respond

_log = structlog.get_logger()

NOT_FOUND = "ResourceNotFoundException"
"""AWS Lambda's words for a function that it does not have,"""
NOT_JSON = "InvalidRequestContentException"
"""for a payload that is no JSON,"""
UNWRITABLE = "Runtime.MarshalError"
"""and for an answer that has no JSON form."""


@dataclass(frozen=True, slots=True)
class Returned:
    """The function returned: the JSON text of its answer."""

    result: str


@dataclass(frozen=True, slots=True)
class Raised:
    """It did not: the error's type, and the payload that AWS Lambda writes of it."""

    reason: str
    details: str


Outcome = Returned | Raised


def serve_lambdas(post: Post, stop: Stop, reporter: Reporter | None = None) -> None:
    """Run the Lambda functions of the post's domain until `stop`; the one in flight is answered.

    The domain has one list of them: the post's task list says nothing here.
    """
    heard = reporter or Silent()

    def poll(_: str, identity: str) -> LambdaTask | None:
        return post.client.poll_lambda(identity)

    for task in polling.tasks(poll, post, stop, heard):
        serve(post, task, heard)


def serve(post: Post, task: LambdaTask, reporter: Reporter) -> None:
    """Run and answer one task, and tell of it; a fault of ours ends this task only."""
    began, ended = time.monotonic(), "broken"
    reporter.began(summary(task))
    names = {"workflow_id": task.execution.workflow_id, "run_id": task.execution.run_id}
    with structlog.contextvars.bound_contextvars(**names):
        try:
            ended = handle(post, task)
        except Exception:  # noqa: BLE001  # the top of the loop: the next task is not to blame
            _log.error("the worker failed at a task; it will time out", exc_info=True)
        finally:
            reporter.ended(ended, time.monotonic() - began)


def handle(post: Post, task: LambdaTask) -> str:
    """Run and answer one task; the word for how it ended."""
    # A poll does not tell the time-out: after the longest one nobody waits any more.
    deadline = post.time.monotonic() + limits.LAMBDA_SECONDS
    try:
        definition = post.registry.lambda_function(task.name)
    except UnknownType as error:
        _log.error("no plugin for a Lambda function", name=task.name)
        return answer(post, task, refusal(NOT_FOUND, str(error)), deadline)
    with post.around(summary(task)):
        outcome = run(definition, task.input)
    return answer(post, task, outcome, deadline)


def run(definition: LambdaDefinition, text: str) -> Outcome:
    """Call the function with a payload."""
    try:
        payload = json.loads(text)
    except (ValueError, RecursionError) as error:
        return refusal(NOT_JSON, f"Could not parse request body into json: {error}")
    try:
        value = definition.target(payload)
    except (Exception, SystemExit, Canceled) as error:  # noqa: BLE001  # task execution: a failure of the task, never of the worker
        return raised(error)
    return returned(value)


def returned(value: Any) -> Outcome:
    """An answer as its JSON text; one that has none is a failure that says so."""
    try:
        return Returned(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        return refusal(UNWRITABLE, f"Unable to marshal response: {error}")


def raised(error: BaseException) -> Raised:
    """An exception, with the frames below the call of the function."""
    called = error.__traceback__
    frames = traceback.format_tb(called.tb_next if called else None)
    return written(type(error).__name__, str(error), frames)


def refusal(reason: str, message: str) -> Raised:
    """A failure that the function itself has no part in."""
    return written(reason, message, [])


def written(reason: str, message: str, frames: list[str]) -> Raised:
    """A failure as AWS Lambda writes it, cut to SWF's lengths: outer frames go, then the message.

    Half characters, which UTF-8 cannot carry, stay escaped.
    """
    payload = {"errorMessage": message, "errorType": reason, "stackTrace": frames}
    details = json.dumps(payload)
    if len(details) <= limits.DATA:
        return Raised(reason[: limits.REASON], details)
    if frames:
        return written(reason, message, frames[len(frames) // 2 + 1 :])
    return written(reason[: limits.REASON], message[: len(message) // 2], [])


def answer(post: Post, task: LambdaTask, outcome: Outcome, deadline: float) -> str:
    """Answer a task before its deadline; the word for how it ended.

    A result that the engine refuses becomes a failure that says why: a time-out would say nothing.
    """
    told, error = send(post, task, outcome, deadline)
    if told == "answered":
        if isinstance(outcome, Returned):
            return "completed"
        _log.warning("Lambda function failed", name=task.name, reason=outcome.reason)
        return "failed"
    if told == "refused" and error is not None and isinstance(outcome, Returned):
        return answer(post, task, refusal(error.code, str(error)), deadline)
    _log.warning("the answer was not taken", answer=told, error=str(error))
    return told


def send(
    post: Post, task: LambdaTask, outcome: Outcome, deadline: float
) -> tuple[Answer, ServiceError | None]:
    """Send an outcome until it is taken; the last error tells why it was not."""
    client, token = post.client, task.token
    match outcome:
        case Returned(result):
            call = partial(client.complete_lambda, token, result)
        case Raised(reason, details):
            call = partial(client.fail_lambda, token, reason, details)
        case _:
            assert_never(outcome)
    return respond(call, deadline=deadline, loopback=client.loopback, time=post.time)


def summary(task: LambdaTask) -> TaskSummary:
    """What a reporter hears of a lambda task."""
    return TaskSummary("lambda", task.name, task.execution.workflow_id, task.execution.run_id)
