"""The activity worker: poll, run, answer, one task after the other."""

import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import assert_never

import msgspec
import structlog

from flowy import forms, inputs
from flowy._activity import Link
from flowy.errors import FlowyError, PayloadError, SerializationError, UnknownType
from flowy.options import ACTIVITY_DEFAULTS, UNSET, Options, Seconds, Unset, seconds
from flowy.registry import ActivityDefinition
from flowy.swf.limits import YEAR
from flowy.swf.tasks import ActivityTask
from flowy.worker import execution, polling
from flowy.worker.crossing import opened
from flowy.worker.execution import (
    Canceled,
    Completed,
    Deferred,
    Failed,
    Outcome,
    Unanswered,
)
from flowy.worker.heartbeats import Heartbeats, Keeper, TaskLink
from flowy.worker.post import Post, Reporter, Silent, Stop, TaskSummary
from flowy.worker.responding import respond

_log = structlog.get_logger()

HEARTBEAT = 60.0
"""Seconds: the pace of a task whose heartbeat may be as late as it likes."""


@dataclass(frozen=True, slots=True)
class Times:
    """The effective time-outs of one task, in seconds; `heartbeat` is None where none is due."""

    heartbeat: float | None
    start_to_close: float

    @property
    def pace(self) -> float:
        """Seconds between heartbeats. Where none is asked for one brings the request to cancel."""
        return (self.heartbeat or HEARTBEAT) / 2

    @property
    def silence(self) -> bool:
        """Whether the task lives on though nobody sends its heartbeats."""
        return self.heartbeat is None or self.heartbeat >= self.start_to_close


@dataclass(frozen=True, slots=True)
class Known:
    """A task, the definition of its type or why there is none, and its time-outs."""

    task: ActivityTask
    definition: ActivityDefinition | UnknownType
    times: Times


def serve_activities(
    post: Post,
    stop: Stop,
    reporter: Reporter | None = None,
    cut: Stop | None = None,
    keeper: Keeper | None = None,
) -> None:
    """Run the tasks of an activity task list until `stop`; the task in flight is run to its end.

    `cut` is the drain's end: once it is set a running activity's heartbeat answers False, and what
    then gives up is answered `flowy.WorkerShutdown`. The `keeper` sends the heartbeats; without one
    a thread does.
    """
    heard = reporter or Silent()
    with Heartbeats(post.client) if keeper is None else nullcontext(keeper) as kept:
        for task in polling.tasks(post.client.poll_activity, post, stop, heard):
            serve(post, task, kept, cut, heard)


def serve(
    post: Post, task: ActivityTask, keeper: Keeper, cut: Stop | None, reporter: Reporter
) -> None:
    """Run and answer one task, and tell of it; a fault of ours ends this task only."""
    began, ended = time.monotonic(), "broken"
    names = {"workflow_id": task.execution.workflow_id, "run_id": task.execution.run_id}
    with structlog.contextvars.bound_contextvars(**names, activity_id=task.id):
        try:
            known = known_of(post, task)
            reporter.began(summary(task, known.times.start_to_close))
            ended = handle(post, known, keeper, cut)
        except Exception:  # noqa: BLE001  # the top of the loop: the next task is not to blame
            _log.error("the worker failed at a task; SWF will time it out", exc_info=True)
        finally:
            reporter.ended(ended, time.monotonic() - began)


def known_of(post: Post, task: ActivityTask) -> Known:
    """What is known of a task, its input as it was before the codecs."""
    with suppress(PayloadError):  # it is told when the input is opened
        task = msgspec.structs.replace(task, input=post.client.payloads.read(task.input))
    try:
        definition = post.registry.activity(task.type)
    except UnknownType as error:
        return Known(task, error, times_of(task, ACTIVITY_DEFAULTS))
    return Known(task, definition, times_of(task, definition.options))


def handle(post: Post, known: Known, keeper: Keeper, cut: Stop | None) -> str:
    """Run and answer one task; the word for how it ended."""
    task, times = known.task, known.times
    deadline = post.time.monotonic() + times.start_to_close
    if isinstance(known.definition, UnknownType):
        _log.error("no plugin for an activity task", type=str(task.type))
        failure = forms.write_failure(forms.UNKNOWN_TYPE, str(known.definition))
        return answer(post, task, execution.failed(failure), deadline)
    left = keeper.time_left()
    if left is not None and times.start_to_close > left:
        return answer(post, task, not_begun(times, left), deadline)
    with keeper.of(link_of(task, known.definition, times, cut)) as link:
        outcome = outcome_of(post, known.definition, task, link, deadline)
        if not isinstance(outcome, Unanswered | Deferred):
            link.ran()
        return answer(post, task, outcome, deadline)


def link_of(
    task: ActivityTask, definition: ActivityDefinition, times: Times, cut: Stop | None
) -> TaskLink:
    """The way from the code to its worker."""
    automatic = definition.options.auto_heartbeat is not False
    return TaskLink(
        task.token,
        times.pace,
        automatic,
        cut,
        may_defer=not automatic or times.silence,
        lasts=times.start_to_close,
        task=summary(task),
    )


def not_begun(times: Times, left: float) -> Failed:
    """The answer to a task that came when its worker was leaving: it is rescheduled free."""
    told = f"the worker leaves in {max(left, 0):.0f} s, the task may take {times.start_to_close:g}"
    return execution.failed(forms.write_failure(forms.NOT_BEGUN, told))


def outcome_of(
    post: Post, definition: ActivityDefinition, task: ActivityTask, link: Link, deadline: float
) -> Outcome:
    """Run one task, once all of its input is there."""
    try:
        text = opened(post, task.input, deadline)
    except FlowyError as error:
        return execution.failed(forms.failure_of(error))
    with post.around(summary(task)):
        given = msgspec.structs.replace(task, input=text)
        return execution.run(definition, given, link, post.registry.converter)


def answer(post: Post, task: ActivityTask, outcome: Outcome, deadline: float) -> str:
    """Answer a task before its deadline; the word for how it ended.

    A result that SWF refuses becomes a failure that says why: a time-out would say nothing.
    """
    send = sending(post, task, outcome)
    if send is None:
        return "deferred" if isinstance(outcome, Deferred) else "unanswered"
    try:
        told, error = respond(
            send, deadline=deadline, loopback=post.client.loopback, time=post.time
        )
    except SerializationError as unfit:  # too long, and there is no store for it
        return answer(post, task, execution.failed(forms.failure_of(unfit)), deadline)
    match told:
        case "answered":
            if isinstance(outcome, Failed):
                _log.warning("activity failed", type=str(task.type), reason=outcome.reason)
            return type(outcome).__name__.lower()
        case "refused" if error is not None and isinstance(outcome, Completed):
            return answer(post, task, execution.failed(forms.failure_of(error)), deadline)
        case "gone" | "refused" | "expired":
            _log.warning("the answer was not taken", answer=told, error=str(error))
            return told
        case _:
            assert_never(told)


def sending(post: Post, task: ActivityTask, outcome: Outcome) -> Callable[[], None] | None:
    """The call that answers with an outcome, or None where no answer is due."""
    client, token = post.client, task.token
    match outcome:
        case Completed(result):
            return lambda: client.complete_activity(token, result)
        case Failed(reason, details):
            return lambda: client.fail_activity(token, reason, details)
        case Canceled(details):
            return lambda: client.cancel_activity(token, details)
        case Unanswered() | Deferred():
            return None
        case _:
            assert_never(outcome)


def times_of(task: ActivityTask, options: Options) -> Times:
    """The time-outs in the task's input, else the activity's own.

    SWF tells a worker none of them.
    """
    meta = inputs.read_meta(task.input)
    own = options.over(ACTIVITY_DEFAULTS)
    return Times(
        effective(meta.heartbeat, own.heartbeat),
        effective(meta.start_to_close, own.start_to_close) or YEAR,
    )


def effective(told: int | None, own: Seconds | Unset) -> float | None:
    """Seconds: what the decider told (in milliseconds), else the activity's own; None: never."""
    if told is not None:
        return told / 1000 or None
    return seconds(own) if own is not UNSET and own else None


def summary(task: ActivityTask, limit: float | None = None) -> TaskSummary:
    """What a reporter hears of an activity task."""
    run = task.execution
    return TaskSummary("activity", str(task.type), run.workflow_id, run.run_id, task.id, limit)
