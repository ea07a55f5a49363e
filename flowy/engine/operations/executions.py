"""Operations on executions, from the caller's side."""

from typing import Any

from msgspec import Raw, convert

from flowy.engine.core import commands, faults
from flowy.engine.core.commands import Start
from flowy.engine.core.decide.settings import Given
from flowy.engine.core.descriptions import describe_execution
from flowy.engine.core.rules import check_names, check_values
from flowy.engine.desk import VOID, Call, Desk
from flowy.engine.encoding import encode
from flowy.engine.operations.paging import next_token, position
from flowy.engine.store import Known
from flowy.swf.events import (
    WorkflowExecutionCancelRequested,
    WorkflowExecutionSignaled,
    WorkflowExecutionTerminated,
)
from flowy.swf.values import ExecutionId, TaskList, TypeId


def start_workflow_execution(desk: Desk, call: Call) -> bytes:
    request = call.request
    check_names(request)
    check_values(request)
    asked = Start(
        request["domain"],
        request["workflowId"],
        convert(request["workflowType"], TypeId),
        _given(request),
        request.get("input"),
        tuple(request["tagList"]) if "tagList" in request else None,
    )
    run = commands.start_execution(desk.world, asked, call.now)
    return encode({"runId": run.id.run_id})


def _given(request: dict[str, Any]) -> Given:
    return Given(
        request.get("childPolicy"),
        request.get("executionStartToCloseTimeout"),
        request.get("lambdaRole"),
        TaskList(request["taskList"]["name"]) if "taskList" in request else None,
        request.get("taskPriority"),
        request.get("taskStartToCloseTimeout"),
    )


def signal_workflow_execution(desk: Desk, call: Call) -> bytes:
    request = call.request
    run = desk.world.open_run(request["domain"], request["workflowId"], request.get("runId"))
    signal = WorkflowExecutionSignaled(request["signalName"], 0, input=request.get("input"))
    commands.report(desk.world, run, signal, call.now)
    return VOID


def request_cancel_workflow_execution(desk: Desk, call: Call) -> bytes:
    request = call.request
    run = desk.world.open_run(request["domain"], request["workflowId"], request.get("runId"))
    asked = WorkflowExecutionCancelRequested(external_initiated_event_id=0)
    commands.report(desk.world, run, asked, call.now)
    return VOID


def terminate_workflow_execution(desk: Desk, call: Call) -> bytes:
    request = call.request
    run = desk.world.open_run(request["domain"], request["workflowId"], request.get("runId"))
    terminated = WorkflowExecutionTerminated(
        request.get("childPolicy", run.started.child_policy),
        "OPERATOR_INITIATED",
        request.get("details"),
        request.get("reason"),
    )
    commands.close(desk.world, run, terminated, call.now)
    return VOID


def _find(desk: Desk, call: Call) -> Known:
    """Find the execution of a request, open or closed."""
    desk.world.registry.domain(call.request["domain"])
    wanted = convert(call.request["execution"], ExecutionId)
    run = desk.world.runs.get(wanted.run_id)
    found: Known | None
    if run is not None:
        found = Known(run.key, run.domain, run.id, None)
    else:
        desk.store.write(desk.world)
        found = desk.store.find(wanted.run_id, call.now)
    if found is None or found.id != wanted or found.domain != call.request["domain"]:
        raise faults.unknown_execution(wanted)
    return found


def describe_workflow_execution(desk: Desk, call: Call) -> bytes:
    found = _find(desk, call)
    if found.description is not None:
        return found.description.encode()
    return encode(describe_execution(desk.world.runs[found.id.run_id], desk.settings))


def get_workflow_execution_history(desk: Desk, call: Call) -> bytes:
    """Read a page of a history; later pages keep the view of the first one."""
    found = _find(desk, call)
    desk.store.write(desk.world)
    size = desk.page_size(call.request.get("maximumPageSize"))
    newest_first = call.request.get("reverseOrder", False)
    first, last = position(desk, call) or (1, desk.store.last_event(found.key))
    texts = desk.store.events(found.key, first, last, limit=size, newest_first=newest_first)
    answer: dict[str, Any] = {"events": [Raw(text) for text in texts]}
    rest = (first, last - size) if newest_first else (first + size, last)
    if rest[0] <= rest[1]:
        answer["nextPageToken"] = next_token(call, list(rest))
    return encode(answer)
