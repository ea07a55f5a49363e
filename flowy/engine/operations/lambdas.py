"""Lambda tasks: three operations that SWF does not have.

SWF calls AWS Lambda itself; this engine hands its functions to whoever polls for them.
"""

from typing import Any

from msgspec import to_builtins

from flowy.engine.core import commands
from flowy.engine.core.execution import Execution
from flowy.engine.core.task_lists import TaskKey, lambda_place
from flowy.engine.core.tasks import RunningLambda
from flowy.engine.desk import VOID, Call, Desk
from flowy.engine.encoding import encode
from flowy.engine.operations.answers import resolve
from flowy.engine.operations.holding import hold
from flowy.engine.tokens import TaskToken, seal
from flowy.swf.events import LambdaFunctionCompleted, LambdaFunctionFailed

NO_INPUT = "{}"
"""What a function gets whose decision gave no input, or an empty one."""


def poll_for_lambda_task(desk: Desk, call: Call) -> bytes | None:
    """Hold the poll; None says that the answer comes later.

    The answer: taskToken, name, input, workflowExecution; an empty one is `{}`. A function that
    nobody polls for waits: its time-out counts from LambdaFunctionStarted.
    """
    desk.world.registry.domain(call.request["domain"])
    return hold(desk, call, lambda_place(call.request["domain"]))


def hand_out_lambda(desk: Desk, key: TaskKey, now: int) -> bytes | None:
    """Start a function and write what its poller gets; None at the event limit."""
    task = commands.start_lambda(desk.world, key, now)
    if task is None:
        return None
    token = TaskToken("l", key.run_id, task.scheduled_id, task.started_id)
    answer: dict[str, Any] = {
        "input": task.task.input or NO_INPUT,
        "name": task.task.name,
        "taskToken": seal(token),
        "workflowExecution": to_builtins(desk.world.runs[key.run_id].id),
    }
    return encode(answer)


def _running(desk: Desk, call: Call) -> tuple[Execution, RunningLambda]:
    token, run = resolve(desk, call, "l")
    return run, commands.running_lambda(run, token.scheduled_id, token.started_id)


def respond_lambda_task_completed(desk: Desk, call: Call) -> bytes:
    """Take a result: the JSON text of what the function returned."""
    run, task = _running(desk, call)
    completed = LambdaFunctionCompleted(
        task.scheduled_id, task.started_id, call.request.get("result")
    )
    commands.report(desk.world, run, completed, call.now)
    return VOID


def respond_lambda_task_failed(desk: Desk, call: Call) -> bytes:
    """Take a failure: its type as the reason, its payload as the details."""
    run, task = _running(desk, call)
    request = call.request
    failed = LambdaFunctionFailed(
        task.scheduled_id, task.started_id, request.get("details"), request.get("reason")
    )
    commands.report(desk.world, run, failed, call.now)
    return VOID
