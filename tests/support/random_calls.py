"""What deciders and callers may choose from, for random walks through the engine's core."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from hypothesis import strategies as st
from world_play import FLOW, WORK

from flowy.engine.core.decide.settings import Given
from flowy.swf import decisions as d
from flowy.swf.decisions import Decision
from flowy.swf.values import TaskList

NAMES = ["a", "b", "c"]
LISTS = ["decisions", "sticky"]
POLICIES = ["TERMINATE", "REQUEST_CANCEL", "ABANDON"]
TIMEOUTS = ["NONE", "NONE", "NONE", "3", "1", "0"]
ROLES = [None, "role", "role"]
Choices = tuple[Callable[..., Any], dict[str, Sequence[Any]]]

ACTIVITY: Choices = (
    d.ScheduleActivityTask,
    {
        "activity_id": NAMES,
        "activity_type": [WORK],
        "heartbeat_timeout": TIMEOUTS,
        "schedule_to_close_timeout": TIMEOUTS,
        "schedule_to_start_timeout": TIMEOUTS,
        "start_to_close_timeout": TIMEOUTS,
        "task_priority": [None, "-1", "5"],
    },
)
CHILD: Choices = (
    d.StartChildWorkflowExecution,
    {
        "workflow_id": NAMES,
        "workflow_type": [FLOW],
        "child_policy": POLICIES,
        "execution_start_to_close_timeout": ["2", "50", "NONE"],
        "lambda_role": ROLES,
    },
)
DECISIONS: list[Choices] = [
    ACTIVITY,
    CHILD,
    (d.RequestCancelActivityTask, {"activity_id": NAMES}),
    (d.StartTimer, {"start_to_fire_timeout": ["0", "1", "5"], "timer_id": NAMES}),
    (d.CancelTimer, {"timer_id": NAMES}),
    (d.RecordMarker, {"marker_name": NAMES}),
    (d.SignalExternalWorkflowExecution, {"signal_name": NAMES, "workflow_id": NAMES}),
    (d.RequestCancelExternalWorkflowExecution, {"workflow_id": NAMES}),
    (
        d.ScheduleLambdaFunction,
        {"id": NAMES, "name": ["f"], "start_to_close_timeout": [None, "1", "3"]},
    ),
]
CLOSES: list[Choices] = [
    (d.CompleteWorkflowExecution, {}),
    (d.FailWorkflowExecution, {}),
    (d.CancelWorkflowExecution, {}),
    (d.ContinueAsNewWorkflowExecution, {"lambda_role": ROLES}),
]
GIVEN: Choices = (
    Given,
    {
        "child_policy": POLICIES,
        "execution_start_to_close_timeout": ["20", "200"],
        "lambda_role": ROLES,
        "task_priority": [None, "1"],
    },
)
OVERRIDES: list[tuple[Any, ...]] = [
    (),
    (),
    (TaskList("sticky"), "2"),
    (TaskList("sticky"), None),
    (TaskList("decisions"), None),
]
ANSWERS = ["complete", "beat", "fail", "cancel"]


def strategy(choices: Choices) -> st.SearchStrategy[Any]:
    kind, members = choices
    return st.builds(kind, **{name: st.sampled_from(pool) for name, pool in members.items()})


def drawn(choices: Choices, random: Random) -> Any:
    kind, members = choices
    return kind(**{name: random.choice(pool) for name, pool in members.items()})


BATCHES = st.builds(
    lambda decisions, close: [*decisions, *close],
    st.lists(st.one_of(map(strategy, DECISIONS)), max_size=4),
    st.lists(st.one_of(map(strategy, CLOSES)), max_size=1),
)


def drawn_batch(random: Random) -> list[Decision]:
    """Up to four decisions, and a close in one batch of four."""
    batch = [drawn(random.choice(DECISIONS), random) for _ in range(random.randrange(5))]
    return [*batch, drawn(random.choice(CLOSES), random)] if random.random() < 0.25 else batch
