"""Carrying out what an event in one execution brings about in others.

Each step is a transaction of its own, as recorded of the real service; all of them are written by
the same commit as their cause, so that a restart finds none half done.
"""

from typing import assert_never

from flowy.engine.core.execution import Execution
from flowy.engine.core.families import (
    ApplyPolicy,
    CancelOther,
    FollowUp,
    SignalOther,
    StartChild,
    StartNext,
    TellParent,
    child_closed,
    child_started,
    next_started,
)
from flowy.engine.core.tasks import StartedChild
from flowy.engine.core.world import World
from flowy.swf.events import (
    Attributes,
    ChildWorkflowExecutionStarted,
    ExternalWorkflowExecutionCancelRequested,
    ExternalWorkflowExecutionSignaled,
    RequestCancelExternalWorkflowExecutionFailed,
    SignalExternalWorkflowExecutionFailed,
    StartChildWorkflowExecutionFailed,
    WorkflowExecutionCancelRequested,
    WorkflowExecutionSignaled,
    WorkflowExecutionTerminated,
)
from flowy.swf.values import ExecutionId

UNKNOWN = "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"


def carry_out(world: World, now: int) -> None:
    """Do all that is due to other executions, in its order, and what follows from that."""
    while world.follow_ups:
        _carry_out(world, world.follow_ups.popleft(), now)


def _carry_out(world: World, step: FollowUp, now: int) -> None:
    match step:
        case StartNext():
            run_id = ExecutionId(step.old.id.workflow_id, step.continued.new_execution_run_id)
            world.start(step.old.domain, run_id, next_started(step), now)
        case StartChild():
            _start_child(world, step, now)
        case SignalOther():
            _signal_other(world, step, now)
        case CancelOther():
            _cancel_other(world, step, now)
        case TellParent():
            _tell_parent(world, step, now)
        case ApplyPolicy():
            _apply_policy(world, step, now)
        case _:
            assert_never(step)


def _report(world: World, run: Execution, attributes: Attributes, now: int) -> None:
    """Tell a decider, unless its execution has closed: nothing follows a close."""
    if run.is_open:
        with world.transaction(run, now) as transaction:
            transaction.report(attributes)


def _start_child(world: World, step: StartChild, now: int) -> None:
    asked = step.request
    if world.find(step.parent.domain, asked.workflow_id) is not None:
        failed = StartChildWorkflowExecutionFailed(
            "WORKFLOW_ALREADY_RUNNING",
            asked.decision_task_completed_event_id,
            step.initiated_id,
            asked.workflow_id,
            asked.workflow_type,
            asked.control,
        )
        _report(world, step.parent, failed, now)
        return
    child = ExecutionId(asked.workflow_id, world.new_run_id())
    world.start(step.parent.domain, child, child_started(step), now)
    started = ChildWorkflowExecutionStarted(step.initiated_id, child, asked.workflow_type)
    _report(world, step.parent, started, now)


def _target(
    world: World, sender: Execution, workflow_id: str, run_id: str | None
) -> Execution | None:
    run = world.find(sender.domain, workflow_id)
    return run if run and (not run_id or run.id.run_id == run_id) else None


def _signal_other(world: World, step: SignalOther, now: int) -> None:
    asked = step.request
    target = _target(world, step.sender, asked.workflow_id, asked.run_id)
    answer: Attributes
    if target is None:
        answer = SignalExternalWorkflowExecutionFailed(
            UNKNOWN,
            asked.decision_task_completed_event_id,
            step.initiated_id,
            asked.workflow_id,
            asked.control,
            asked.run_id,
        )
    else:
        signal = WorkflowExecutionSignaled(
            asked.signal_name, step.initiated_id, step.sender.id, asked.input
        )
        _report(world, target, signal, now)
        answer = ExternalWorkflowExecutionSignaled(step.initiated_id, target.id)
    _report(world, step.sender, answer, now)


def _cancel_other(world: World, step: CancelOther, now: int) -> None:
    asked = step.request
    target = _target(world, step.sender, asked.workflow_id, asked.run_id)
    answer: Attributes
    if target is None:
        answer = RequestCancelExternalWorkflowExecutionFailed(
            UNKNOWN,
            asked.decision_task_completed_event_id,
            step.initiated_id,
            asked.workflow_id,
            asked.control,
            asked.run_id,
        )
    else:
        request = WorkflowExecutionCancelRequested(
            external_initiated_event_id=step.initiated_id,
            external_workflow_execution=step.sender.id,
        )
        _report(world, target, request, now)
        answer = ExternalWorkflowExecutionCancelRequested(step.initiated_id, target.id)
    _report(world, step.sender, answer, now)


def _tell_parent(world: World, step: TellParent, now: int) -> None:
    started = step.child.started
    if started.parent_workflow_execution is None:
        return
    parent = world.runs.get(started.parent_workflow_execution.run_id)
    known = parent and parent.children.get(started.parent_initiated_event_id or 0)
    if parent is None or not isinstance(known, StartedChild):
        return
    ids = (known.initiated_id, known.started_id)
    told = child_closed(step.close, ids, step.child.id, started.workflow_type)
    _report(world, parent, told, now)


def _apply_policy(world: World, step: ApplyPolicy, now: int) -> None:
    """End or cancel the open children of a terminated or timed-out parent, in start order."""
    for child in list(step.parent.children.values()):
        run = world.find(step.parent.domain, child.request.workflow_id)
        if run is None or run.started.parent_workflow_execution != step.parent.id:
            continue
        if step.policy == "TERMINATE":
            with world.transaction(run, now) as transaction:
                transaction.append(
                    WorkflowExecutionTerminated(
                        run.started.child_policy, cause="CHILD_POLICY_APPLIED"
                    )
                )
        elif step.policy == "REQUEST_CANCEL":
            request = WorkflowExecutionCancelRequested(
                cause="CHILD_POLICY_APPLIED", external_initiated_event_id=0
            )
            _report(world, run, request, now)
