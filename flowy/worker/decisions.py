"""The decision worker: poll, decide, answer, one task after the other.

One thread polls for each of its two task lists; all code of workflows runs in the caller's.
"""

import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple
from uuid import uuid4

import structlog

from flowy.decider.parking import WAKE, park, pass_on
from flowy.decider.verdict import Verdict
from flowy.errors import ServiceError, ServiceUnreachable, UnknownResource
from flowy.swf.decisions import StartTimer
from flowy.swf.events import DecisionTaskScheduled, Event
from flowy.swf.limits import YEAR
from flowy.swf.tasks import DecisionTask
from flowy.swf.values import ExecutionId
from flowy.worker import polling
from flowy.worker.affinity import Route, Standing, private_list, route, standing_after
from flowy.worker.crossing import readied
from flowy.worker.deciding import Decider
from flowy.worker.hand_over import HandOver
from flowy.worker.kept import Bounds
from flowy.worker.post import Post, Reporter, Silent, Stop, TaskSummary
from flowy.worker.responding import Time, respond
from flowy.worker.saying import say

_log = structlog.get_logger()

KEEP = Bounds()
"""What a decider keeps unless told otherwise."""


class Arrived(NamedTuple):
    """A task, and when it came: its time runs while it waits for its turn."""

    task: DecisionTask
    at: float


class Parked(NamedTuple):
    """Why an execution was parked, and until when."""

    why: str
    until: float


@dataclass(slots=True)
class Desk:
    """Where one decider's tasks are decided. `private` is its own task list, None: it has none.

    `stop` says that it leaves: its answers then name the executions' own list.
    """

    post: Post
    decider: Decider
    reporter: Reporter
    private: str | None
    stop: Stop
    standing: Standing = "untried"
    parked: dict[ExecutionId, Parked] = field(default_factory=dict)
    """What this decider parked, and could not decide since."""

    def is_private_over(self) -> bool:
        """Whether nothing comes to the private list, since the service ignores overrides."""
        return self.standing == "ignored"


def serve_decisions(
    post: Post,
    stop: Stop,
    reporter: Reporter | None = None,
    keep: Bounds | None = KEEP,
    cut: Stop | None = None,
) -> None:
    """Decide the tasks of a decision task list until `stop`; the tasks in flight are answered.

    `keep` says how many executions stay suspended in memory (None: none). The decider's own list,
    on which their tasks come, is polled after the stop until it is empty, or until `cut`.
    """
    heard = reporter or Silent()
    decider = Decider(post.registry, heard, keep, post.client.payloads.load)
    host, mark = socket.gethostname(), uuid4().hex[:12]
    private = None if keep is None else private_list(post.task_list, host, mark)
    desk = Desk(post, decider, heard, private, stop)
    try:
        for task, at in arrivals(desk, cut):
            serve(desk, task, at)
        wake_parked(desk)
    finally:
        decider.close()


def arrivals(desk: Desk, cut: Stop | None) -> Iterator[Arrived]:
    """The tasks of both lists, first come first served."""
    post, stop, heard = desk.post, desk.stop, desk.reporter
    hands: HandOver[Arrived] = HandOver()
    found = polling.tasks(post.client.poll_decision, post, stop, heard)
    hands.poll("polls", stamped(found, post.time))
    if desk.private is not None:
        # An identity of its own: what releases the other list's poll must leave this one alone.
        own = replace(post, task_list=desk.private, identity=f"{post.identity}.sticky")
        poll = partial(post.client.poll_decision, news_only=True)

        def over() -> bool:
            return desk.is_private_over() or (cut is not None and cut.is_set())

        found = polling.tasks(poll, own, stop, heard, over)
        hands.poll("polls privately", stamped(found, post.time))
    return hands.tasks()


def stamped(tasks: Iterable[DecisionTask], time: Time) -> Iterator[Arrived]:
    """Tasks with the time of their arrival."""
    for task in tasks:
        yield Arrived(task, time.monotonic())


def serve(desk: Desk, task: DecisionTask, arrived: float) -> None:
    """Decide and answer one task, and tell of it; a fault of ours ends this task only."""
    began, ended = time.monotonic(), "broken"
    left = seconds_of(task) - (desk.post.time.monotonic() - arrived)
    desk.reporter.began(replace(summary(task), limit=left))
    names = {"workflow_id": task.execution.workflow_id, "run_id": task.execution.run_id}
    with structlog.contextvars.bound_contextvars(**names):
        try:
            ended = handle(desk, task, arrived)
            desk.decider.trim()
        except Exception:  # noqa: BLE001  # the top of the loop: the next task is not to blame
            _log.error("the decider failed at a task; SWF will time it out", exc_info=True)
        finally:
            desk.reporter.ended(ended, time.monotonic() - began)


def handle(desk: Desk, task: DecisionTask, arrived: float) -> str:
    """Decide and answer one task; the word for how it ended."""
    deadline = arrived + seconds_of(task)
    notice(desk, task)
    verdict = decided(desk, task, deadline)
    tell(desk, task, verdict)
    told, error = respond(
        lambda: desk.post.client.complete_decision(
            task.token, verdict.decisions, verdict.context, *routed(desk, task)
        ),
        deadline=deadline,
        loopback=desk.post.client.loopback,
        time=desk.post.time,
    )
    if told != "answered":
        _log.warning("the decisions were not taken", answer=told, error=str(error))
        return told
    if verdict.parked:
        return "parked"
    desk.parked.pop(task.execution, None)
    return "completed"


def decided(desk: Desk, task: DecisionTask, deadline: float) -> Verdict:
    """The verdict on a task; a decider that leaves passes on what it cannot decide."""
    if task.unreadable:  # by an older release than the one that wrote it
        verdict = park(task.events, task.unreadable)
    else:
        with desk.post.around(summary(task)):
            verdict = desk.decider.decide(task, lambda: history(desk.post, task, deadline))
    verdict = readied(desk.post.client, verdict, task)
    if verdict.parked:  # also what could be decided, but not be sent
        desk.decider.forget(task.execution)
    return pass_on(verdict) if verdict.parked and desk.stop.is_set() else verdict


def notice(desk: Desk, task: DecisionTask) -> None:
    """See what became of the last override; where it is ignored, private polling stops."""
    last = desk.decider.last(task.execution)
    if desk.private is None or not last:
        return
    before = desk.standing
    desk.standing = standing_after(before, task.events, last, desk.private)
    if desk.standing == "ignored" and before != "ignored":
        _log.info("the service ignores task list overrides", task_list=desk.post.task_list)


def routed(desk: Desk, task: DecisionTask) -> Route:
    """Where the execution's next decision task shall go; a parked one may go to newer code."""
    if desk.private is None or desk.is_private_over():
        return Route()
    stays = desk.decider.last(task.execution) > 0 and not desk.stop.is_set()
    return route(desk.post.task_list, desk.private, stays=stays)


def tell(desk: Desk, task: DecisionTask, verdict: Verdict) -> None:
    """Log and report what an operator should know of a verdict."""
    say(verdict.lines, str(task.type))
    for warning in verdict.warnings:
        _log.warning(warning, type=str(task.type))
    match verdict:
        case Verdict(parked=why, decisions=(StartTimer(start_to_fire_timeout=wait),)) if why:
            _log.error("execution parked", type=str(task.type), why=why, seconds=int(wait))
            desk.reporter.parked(summary(task), float(wait))
            until = desk.post.time.monotonic() + float(wait)
            desk.parked[task.execution] = Parked(why, until)
        case _:
            pass


def wake_parked(desk: Desk) -> None:
    """Have others try what this decider parked and still waits: they may run newer code."""
    now, client = desk.post.time.monotonic(), desk.post.client
    for execution in [run for run, parked in desk.parked.items() if parked.until > now]:
        try:
            client.signal(execution.workflow_id, WAKE, None, execution.run_id)
        except ServiceUnreachable:
            return  # it will not be there for the next one either, and their timers wake them all
        except ServiceError as error:  # it closed, for one
            _log.debug("no parked execution was woken", error=str(error))


def history(post: Post, task: DecisionTask, deadline: float) -> list[Event]:
    """The whole history up to a task.

    Raises:
        ServiceError: when it is not to be had before the deadline.
        UnreadableHistory: for events that we do not know.
    """
    found: list[Event] = []

    def read() -> None:
        everything = post.client.history(task.execution)
        found[:] = [event for event in everything if event.id <= task.started_event_id]

    _, error = respond(read, deadline=deadline, loopback=post.client.loopback, time=post.time)
    if not found:
        raise error or UnknownResource("UnknownResourceFault", f"no history of {task.execution}")
    return found


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
