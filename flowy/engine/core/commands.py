"""Commands: what callers and workers do to the executions of a world.

Each checks first and changes afterwards, so that a refusal leaves everything as it was.
"""

from collections.abc import Sequence

from msgspec import Struct

from flowy.engine.core import faults
from flowy.engine.core.decide import apply_decisions, check_decisions
from flowy.engine.core.decide.batch import Batch, Denied
from flowy.engine.core.decide.settings import Given, resolve_settings
from flowy.engine.core.execution import Execution
from flowy.engine.core.fold import heard
from flowy.engine.core.registry import WORKFLOW
from flowy.engine.core.relations import carry_out
from flowy.engine.core.task_lists import TaskKey
from flowy.engine.core.tasks import RunningActivity, RunningLambda
from flowy.engine.core.world import World
from flowy.swf.decisions import Decision
from flowy.swf.events import (
    ActivityTaskStarted,
    Attributes,
    DecisionTaskCompleted,
    DecisionTaskStarted,
    LambdaFunctionStarted,
    WorkflowExecutionStarted,
)
from flowy.swf.values import ExecutionId, TypeId


class Start(Struct, frozen=True):
    """A request to start an execution."""

    domain: str
    workflow_id: str
    workflow_type: TypeId
    given: Given
    input: str | None = None
    tag_list: tuple[str, ...] | None = None


def start_execution(world: World, asked: Start, now: int) -> Execution:
    """Open a new execution.

    The order of the checks is moto's: domain, type, deprecated, open execution, defaults.
    """
    domain = world.registry.domain(asked.domain)
    if domain.deprecated:
        raise faults.domain_deprecated(domain.name)
    found = world.registry.type(WORKFLOW, asked.domain, asked.workflow_type)
    if found.deprecated:
        raise faults.type_deprecated(WORKFLOW, found.id)
    if world.find(asked.domain, asked.workflow_id) is not None:
        raise faults.already_started()
    try:
        settings = resolve_settings(asked.given, found, lambda member: member)
    except Denied as denied:
        raise faults.default_undefined(denied.cause) from None
    if world.open_counts[asked.domain] >= world.settings.open_executions:
        raise faults.limit_exceeded("Too many open executions in the domain")
    started = WorkflowExecutionStarted(
        settings.child_policy,
        settings.task_list,
        found.id,
        execution_start_to_close_timeout=settings.execution_start_to_close_timeout,
        input=asked.input,
        lambda_role=settings.lambda_role,
        parent_initiated_event_id=0,
        tag_list=asked.tag_list,
        task_priority=settings.task_priority,
        task_start_to_close_timeout=settings.task_start_to_close_timeout,
    )
    return world.start(
        asked.domain, ExecutionId(asked.workflow_id, world.new_run_id()), started, now
    )


def report(world: World, run: Execution, attributes: Attributes, now: int) -> None:
    """Append an event that a decider must hear of, such as a signal."""
    with world.transaction(run, now) as transaction:
        transaction.report(attributes)
    carry_out(world, now)


def close(world: World, run: Execution, attributes: Attributes, now: int) -> None:
    """Close an execution from outside, with all that follows from it."""
    with world.transaction(run, now) as transaction:
        transaction.append(attributes)
    carry_out(world, now)


def start_activity(
    world: World, key: TaskKey, identity: str | None, now: int
) -> RunningActivity | None:
    """Hand a waiting activity to a worker; None if its execution reached the event limit."""
    run = world.runs[key.run_id]
    with world.transaction(run, now) as transaction:
        transaction.append(ActivityTaskStarted(key.scheduled_id, identity))
    carry_out(world, now)
    activity = run.activities[key.scheduled_id]
    return activity if isinstance(activity, RunningActivity) else None


def start_decision(world: World, key: TaskKey, identity: str | None, now: int) -> Execution | None:
    """Hand a waiting decision task to a decider; None if the event limit was reached."""
    run = world.runs[key.run_id]
    with world.transaction(run, now) as transaction:
        transaction.append(DecisionTaskStarted(key.scheduled_id, identity))
    carry_out(world, now)
    return run if run.running is not None else None


def start_lambda(world: World, key: TaskKey, now: int) -> RunningLambda | None:
    """Hand a waiting Lambda function to somebody; None if the event limit was reached."""
    run = world.runs[key.run_id]
    with world.transaction(run, now) as transaction:
        transaction.append(LambdaFunctionStarted(key.scheduled_id))
    carry_out(world, now)
    task = run.lambdas[key.scheduled_id]
    return task if isinstance(task, RunningLambda) else None


def running_lambda(run: Execution, scheduled_id: int, started_id: int) -> RunningLambda:
    """The Lambda function that a token names.

    Raises:
        Refused: UnknownResourceFault, if it has closed.
    """
    task = run.lambdas.get(scheduled_id)
    if isinstance(task, RunningLambda) and task.started_id == started_id:
        return task
    raise faults.unknown_lambda(scheduled_id)


def running_activity(run: Execution, scheduled_id: int, started_id: int) -> RunningActivity:
    """The activity that a token names.

    Raises:
        Refused: UnknownResourceFault, if it has closed.
    """
    activity = run.activities.get(scheduled_id)
    if isinstance(activity, RunningActivity) and activity.started_id == started_id:
        return activity
    raise faults.unknown_activity(scheduled_id)


def heartbeat(
    world: World, run: Execution, activity: RunningActivity, details: str | None, now: int
) -> bool:
    """Take a heartbeat; true when the activity should stop. No event: history lacks heartbeats."""
    heard(run, activity.scheduled_id, now, details)
    after = run.activities[activity.scheduled_id]
    place = (run.key, activity.scheduled_id)
    world.heard.add(place)
    kept = after.details if isinstance(after, RunningActivity) else None
    world.changes.heard[place] = (now, kept)
    return activity.cancel_id is not None


def complete_decision(
    world: World,
    run: Execution,
    completed: DecisionTaskCompleted,
    decisions: Sequence[Decision],
    now: int,
) -> None:
    """Apply the decisions of the running decision task.

    Raises:
        Refused: if the task has closed, or the list is refused as a whole.
    """
    running = run.running
    if running is None or running.started_id != completed.started_event_id:
        raise faults.unknown_decision_task(completed.scheduled_event_id)
    check_decisions(decisions)
    with world.transaction(run, now) as transaction:
        apply_decisions(Batch(transaction, world), completed, decisions)
    carry_out(world, now)


def fire_due(world: World, now: int) -> bool:
    """Let the earliest deadline that is due happen. False when none is left."""
    fired = world.fire_due(now)
    carry_out(world, now)
    return fired
