"""What must have happened often enough for a run of the simulator to mean something."""

from collections import Counter

from simulator.programs import BLOCKS, LEAVES

BAR = 200
"""How often each kind must have taken effect, in a long run."""
LONG = 4_000
"""From so many programs on a run is a long one."""

DECISION_TASKS = (
    "DecisionTaskTimedOut START_TO_CLOSE",
    "DecisionTaskTimedOut SCHEDULE_TO_START",
    "answer too late",
    "answer lost before it was taken",
    "answer lost after it was taken",
    "parked",
    "split answer",
    "release",
    "held tasks",
    "eviction",
    "another worker decides",
    "kept: goes on",
    "kept: stale",
    "evicted at random: catches up",
    "evicted at random: stale",
    "worker: hit",
    "worker: miss",
    "worker: stale",
    "worker evicts: count",
    "worker evicts: stale",
)
TASKS = (
    "ActivityTaskTimedOut START_TO_CLOSE",
    "ActivityTaskTimedOut SCHEDULE_TO_START",
    "ActivityTaskTimedOut SCHEDULE_TO_CLOSE",
    "ActivityTaskTimedOut HEARTBEAT",
    "ActivityTaskCanceled",
    "RequestCancelActivityTaskFailed ACTIVITY_ID_UNKNOWN",
    "TimerCanceled",
    "CancelTimerFailed TIMER_ID_UNKNOWN",
    "ScheduleActivityTaskFailed ACTIVITY_CREATION_RATE_EXCEEDED",
    "ScheduleActivityTaskFailed ACTIVITY_TYPE_DOES_NOT_EXIST",
    "ScheduleActivityTaskFailed OPEN_ACTIVITIES_LIMIT_EXCEEDED",
    "StartTimerFailed OPEN_TIMERS_LIMIT_EXCEEDED",
    "StartTimerFailed TIMER_CREATION_RATE_EXCEEDED",
)
OTHERS = (
    "StartChildWorkflowExecutionFailed WORKFLOW_ALREADY_RUNNING",
    "StartChildWorkflowExecutionFailed WORKFLOW_TYPE_DOES_NOT_EXIST",
    "StartChildWorkflowExecutionFailed OPEN_CHILDREN_LIMIT_EXCEEDED",
    "ChildWorkflowExecutionCompleted",
    "ChildWorkflowExecutionFailed",
    "ChildWorkflowExecutionCanceled",
    "ChildWorkflowExecutionTimedOut START_TO_CLOSE",
    "ChildWorkflowExecutionTerminated",
    "ExternalWorkflowExecutionSignaled",
    "SignalExternalWorkflowExecutionFailed UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION",
    "ExternalWorkflowExecutionCancelRequested",
    "RequestCancelExternalWorkflowExecutionFailed UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION",
    "LambdaFunctionCompleted",
    "LambdaFunctionFailed",
    "LambdaFunctionTimedOut START_TO_CLOSE",
)
EXECUTIONS = (
    "WorkflowExecutionContinuedAsNew",
    "ContinueAsNewWorkflowExecutionFailed UNHANDLED_DECISION",
    "CompleteWorkflowExecutionFailed UNHANDLED_DECISION",
    "FailWorkflowExecutionFailed UNHANDLED_DECISION",
    "CancelWorkflowExecutionFailed UNHANDLED_DECISION",
    "WorkflowExecutionCancelRequested",
    "WorkflowExecutionTimedOut START_TO_CLOSE",
    "WorkflowExecutionTerminated CHILD_POLICY_APPLIED",
    "WorkflowExecutionCompleted",
    "WorkflowExecutionFailed",
    "WorkflowExecutionCanceled",
    "WorkflowExecutionTerminated OPERATOR_INITIATED",
)
STEPS = (*LEAVES, *BLOCKS, "canceled", "handler", "await", "patched: new", "patched: old")
KINDS = (*DECISION_TASKS, *TASKS, *OTHERS, *EXECUTIONS, *STEPS)


def table(counts: Counter[str]) -> str:
    """All counts, those that must be reached first."""
    others = sorted(set(counts) - set(KINDS))
    return "\n".join(f"{counts[kind]:8,} {kind}" for kind in (*KINDS, "", *others))


def bar_of(programs: int) -> float:
    """The bar for a run of so many programs; a short one has half of its share, for its luck."""
    return BAR if programs >= LONG else BAR * programs / LONG / 2


def too_few(counts: Counter[str], bar: float) -> list[str]:
    """The kinds that happened too seldom."""
    return [f"{kind}: {counts[kind]} of {bar:.0f}" for kind in KINDS if counts[kind] < bar]
