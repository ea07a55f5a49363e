"""The two polls, and what a poller is handed."""

from typing import Any

from msgspec import Raw, to_builtins

from flowy.engine.core import commands, faults
from flowy.engine.core.execution import Execution
from flowy.engine.core.rules import check_list_name
from flowy.engine.core.task_lists import Place, Space, TaskKey
from flowy.engine.desk import Call, Desk
from flowy.engine.encoding import encode
from flowy.engine.operations.holding import hold
from flowy.engine.operations.lambdas import hand_out_lambda
from flowy.engine.polls import HeldPoll
from flowy.engine.tokens import PageToken, TaskToken, digest, read_page_token, seal


def _place(desk: Desk, call: Call, space: Space) -> Place:
    request = call.request
    desk.world.registry.domain(request["domain"])
    check_list_name(request["taskList"]["name"], "taskList.name")
    return Place(space, request["domain"], request["taskList"]["name"])


def poll_for_activity_task(desk: Desk, call: Call) -> bytes | None:
    """Hold the poll; None says that the answer comes later."""
    return hold(desk, call, _place(desk, call, "activity"))


def poll_for_decision_task(desk: Desk, call: Call) -> bytes | None:
    """Hold the poll, or read on in the history of a task that was handed out already."""
    if "nextPageToken" in call.request:
        return _next_page(desk, call)
    return hold(desk, call, _place(desk, call, "decision"))


def hand_out(desk: Desk, poll: HeldPoll, key: TaskKey, now: int) -> bytes | None:
    """Start a task for a poller and write what it gets; None if the event limit was reached."""
    if poll.place.space == "activity":
        return _hand_out_activity(desk, poll, key, now)
    if poll.place.space == "lambda":
        return hand_out_lambda(desk, key, now)
    run = commands.start_decision(desk.world, key, poll.identity, now)
    if run is None or run.running is None:
        return None
    first = run.previous_started if poll.from_previous and run.previous_started else 1
    window = (first, run.running.started_id)
    return _decision_page(desk, run, window, poll, now)


def _hand_out_activity(desk: Desk, poll: HeldPoll, key: TaskKey, now: int) -> bytes | None:
    activity = commands.start_activity(desk.world, key, poll.identity, now)
    if activity is None:
        return None
    token = TaskToken("a", key.run_id, activity.scheduled_id, activity.started_id)
    answer: dict[str, Any] = {
        "activityId": activity.task.activity_id,
        "activityType": to_builtins(activity.task.activity_type),
        "startedEventId": activity.started_id,
        "taskToken": seal(token),
        "workflowExecution": to_builtins(desk.world.runs[key.run_id].id),
    }
    if activity.task.input is not None:
        answer["input"] = activity.task.input
    return encode(answer)


def _decision_page(
    desk: Desk, run: Execution, window: tuple[int, int], poll: HeldPoll, now: int
) -> bytes:
    """Write one page of a running decision task; every page repeats its head."""
    running = run.running
    if running is None:
        raise faults.unknown_decision_task(0)
    desk.store.write(desk.world)
    first, last = window
    texts = desk.store.events(run.key, first, last, limit=poll.page, newest_first=poll.reverse)
    token = TaskToken("d", run.id.run_id, running.scheduled_id, running.started_id)
    answer: dict[str, Any] = {
        "events": [Raw(text) for text in texts],
        "previousStartedEventId": run.previous_started,
        "startedEventId": running.started_id,
        "taskToken": seal(token),
        "workflowExecution": to_builtins(run.id),
        "workflowType": to_builtins(run.started.workflow_type),
    }
    rest = (first, last - poll.page) if poll.reverse else (first + poll.page, last)
    if rest[0] <= rest[1]:
        position = [run.id.run_id, running.scheduled_id, running.started_id, *rest]
        answer["nextPageToken"] = seal(
            PageToken("PollForDecisionTask", _digest(poll), now, position)
        )
    return encode(answer)


def _digest(poll: HeldPoll) -> int:
    place, flags = poll.place, (poll.reverse, poll.from_previous)
    return digest({"domain": place.domain, "taskList": place.name, "flags": flags})


def _next_page(desk: Desk, call: Call) -> bytes:
    """Go on with the window that the token was made from, whatever was appended since."""
    request = call.request
    poll = HeldPoll(
        _place(desk, call, "decision"),
        call.responder,
        call.now,
        reverse=request.get("reverseOrder", False),
        from_previous=request.get("startAtPreviousStartedEvent", False),
        page=desk.page_size(request.get("maximumPageSize")),
    )
    run_id, scheduled_id, started_id, first, last = read_page_token(
        request["nextPageToken"],
        call.operation,
        _digest(poll),
        call.now,
        desk.settings.page_token_ms,
    )
    run = desk.world.runs.get(run_id)
    if run is None or run.running is None or run.running.started_id != started_id:
        raise faults.unknown_decision_task(scheduled_id)
    return _decision_page(desk, run, (first, last), poll, call.now)
