"""Carrying out what an event in one execution brings about in others.

Each step is a transaction of its own, as recorded of the real service; all of them are written by
the same commit as their cause, so that a restart finds none half done.
"""

from typing import assert_never

from flowy.engine.core.externals import cancel_other, signal_other
from flowy.engine.core.families import (
    ApplyPolicy,
    CancelOther,
    FollowUp,
    RefuseRole,
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
    ChildWorkflowExecutionStarted,
    StartChildWorkflowExecutionFailed,
    StartLambdaFunctionFailed,
    WorkflowExecutionCancelRequested,
    WorkflowExecutionTerminated,
)
from flowy.swf.values import ExecutionId


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
            signal_other(world, step, now)
        case CancelOther():
            cancel_other(world, step, now)
        case TellParent():
            _tell_parent(world, step, now)
        case ApplyPolicy():
            _apply_policy(world, step, now)
        case RefuseRole():
            _refuse_role(world, step, now)
        case _:
            assert_never(step)


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
        world.tell(step.parent, failed, now)
        return
    child = ExecutionId(asked.workflow_id, world.new_run_id())
    world.start(step.parent.domain, child, child_started(step), now)
    started = ChildWorkflowExecutionStarted(step.initiated_id, child, asked.workflow_type)
    world.tell(step.parent, started, now)


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
    world.tell(parent, told, now)


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
            world.tell(run, request, now)


def _refuse_role(world: World, step: RefuseRole, now: int) -> None:
    failed = StartLambdaFunctionFailed(
        "ASSUME_ROLE_FAILED", "The execution has no lambdaRole", step.scheduled_id
    )
    world.tell(step.run, failed, now)
