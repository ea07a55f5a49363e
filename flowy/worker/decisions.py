"""The decision worker: poll, decide, answer, one task after the other."""

import time
from collections.abc import Callable

import structlog

from flowy import decider
from flowy.decider.parking import park
from flowy.decider.verdict import Verdict
from flowy.registry import Registry
from flowy.swf.events import Event
from flowy.swf.events.decision_tasks import DecisionTaskScheduled
from flowy.swf.limits import YEAR
from flowy.swf.tasks import DecisionTask
from flowy.swf.values import ExecutionId, TypeId
from flowy.worker import polling
from flowy.worker.post import Post, Reporter, Silent, Stop, TaskSummary
from flowy.worker.responding import respond

_log = structlog.get_logger()

Decide = Callable[[Registry, ExecutionId, TypeId, list[Event]], Verdict]


def serve_decisions(
    post: Post, stop: Stop, reporter: Reporter | None = None, decide: Decide | None = None
) -> None:
    """Decide the tasks of a decision task list until `stop`; the task in flight is answered.

    `decide` is `flowy.decider.decide` unless another one is given.
    """
    heard = reporter or Silent()
    for task in polling.tasks(post.client.poll_decision, post, stop, heard):
        serve(post, task, heard, decide or decider.decide)


def serve(post: Post, task: DecisionTask, reporter: Reporter, decide: Decide) -> None:
    """Decide and answer one task, and tell of it; a fault of ours ends this task only."""
    began, ended = time.monotonic(), "broken"
    reporter.began(summary(task))
    names = {"workflow_id": task.execution.workflow_id, "run_id": task.execution.run_id}
    with structlog.contextvars.bound_contextvars(**names):
        try:
            ended = handle(post, task, decide)
        except Exception:  # noqa: BLE001  # the top of the loop: the next task is not to blame
            _log.error("the decider failed at a task; SWF will time it out", exc_info=True)
        finally:
            reporter.ended(ended, time.monotonic() - began)


def handle(post: Post, task: DecisionTask, decide: Decide) -> str:
    """Decide and answer one task; the word for how it ended."""
    deadline = post.time.monotonic() + seconds_of(task)
    if task.unreadable:  # by an older release than the one that wrote it
        verdict = park(task.events, task.unreadable)
    else:
        with post.around(summary(task)):
            verdict = decide(post.registry, task.execution, task.type, task.events)
    for warning in verdict.warnings:
        _log.warning(warning, type=str(task.type))
    if verdict.parked:
        _log.error("execution parked", type=str(task.type), why=verdict.parked)
    told, error = respond(
        lambda: post.client.complete_decision(task.token, verdict.decisions, verdict.context),
        deadline=deadline,
        loopback=post.client.loopback,
        time=post.time,
    )
    if told != "answered":
        _log.warning("the decisions were not taken", answer=told, error=str(error))
        return told
    return "parked" if verdict.parked else "completed"


def seconds_of(task: DecisionTask) -> float:
    """How long SWF waits for the answer."""
    scheduled = (e.attributes for e in reversed(task.events))
    for attributes in scheduled:
        if isinstance(attributes, DecisionTaskScheduled):
            text = attributes.start_to_close_timeout or "NONE"
            return YEAR if text == "NONE" else float(text)
    return YEAR


def summary(task: DecisionTask) -> TaskSummary:
    """What a reporter hears of a decision task."""
    run = task.execution
    return TaskSummary("decision", str(task.type), run.workflow_id, run.run_id)
