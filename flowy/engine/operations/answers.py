"""What workers and deciders answer: the four responses and the heartbeat."""

from msgspec import convert

from flowy.engine.core import commands, faults
from flowy.engine.core.execution import Execution
from flowy.engine.core.rules import check_decision_blocks, check_values
from flowy.engine.core.tasks import RunningActivity
from flowy.engine.desk import VOID, Call, Desk
from flowy.engine.encoding import encode
from flowy.engine.tokens import TaskToken, read_task_token
from flowy.swf.events import (
    ActivityTaskCanceled,
    ActivityTaskCompleted,
    ActivityTaskFailed,
    DecisionTaskCompleted,
)
from flowy.swf.values import ExecutionId, TaskList
from flowy.swf.wire import decision_from_wire


def resolve(desk: Desk, call: Call, kind: str) -> tuple[TaskToken, Execution]:
    """Find the open execution of a token.

    Raises:
        Refused: "Invalid token", or UnknownResourceFault if the execution has closed.
    """
    token = read_task_token(call.request["taskToken"], kind)
    run = desk.world.runs.get(token.run_id)
    if run is not None:
        return token, run
    desk.store.write(desk.world)
    # One past its retention will do as well: only its name is wanted.
    known = desk.store.find(token.run_id, 0)
    raise faults.unknown_execution(known.id if known else ExecutionId("?", token.run_id))


def _activity(desk: Desk, call: Call) -> tuple[Execution, RunningActivity]:
    token, run = resolve(desk, call, "a")
    return run, commands.running_activity(run, token.scheduled_id, token.started_id)


def respond_activity_task_completed(desk: Desk, call: Call) -> bytes:
    run, activity = _activity(desk, call)
    completed = ActivityTaskCompleted(
        activity.scheduled_id, activity.started_id, call.request.get("result")
    )
    commands.report(desk.world, run, completed, call.now)
    return VOID


def respond_activity_task_failed(desk: Desk, call: Call) -> bytes:
    run, activity = _activity(desk, call)
    failed = ActivityTaskFailed(
        activity.scheduled_id,
        activity.started_id,
        call.request.get("details"),
        call.request.get("reason"),
    )
    commands.report(desk.world, run, failed, call.now)
    return VOID


def respond_activity_task_canceled(desk: Desk, call: Call) -> bytes:
    """Accepted without a cancel request too: the documents discourage it and name no fault."""
    run, activity = _activity(desk, call)
    canceled = ActivityTaskCanceled(
        activity.scheduled_id, activity.started_id, call.request.get("details"), activity.cancel_id
    )
    commands.report(desk.world, run, canceled, call.now)
    return VOID


def record_activity_task_heartbeat(desk: Desk, call: Call) -> bytes:
    run, activity = _activity(desk, call)
    details = call.request.get("details")
    stop = commands.heartbeat(desk.world, run, activity, details, call.now)
    return encode({"cancelRequested": stop})


def respond_decision_task_completed(desk: Desk, call: Call) -> bytes:
    """Apply a batch of decisions; a refused one leaves the task running, its token valid.

    A taskListScheduleToStartTimeout without a taskList is ignored (documented nowhere).
    """
    request = call.request
    token, run = resolve(desk, call, "d")
    check_values(request)
    check_decision_blocks(request.get("decisions", []))
    task_list = convert(request["taskList"], TaskList) if "taskList" in request else None
    completed = DecisionTaskCompleted(
        token.scheduled_id,
        token.started_id,
        request.get("executionContext"),
        task_list,
        request.get("taskListScheduleToStartTimeout") if task_list else None,
    )
    decisions = [decision_from_wire(decision) for decision in request.get("decisions", [])]
    commands.complete_decision(desk.world, run, completed, decisions, call.now)
    return VOID
