"""SWF's request rates as token buckets: the documented table, and who may go on. Pure."""

from collections.abc import Hashable
from typing import Any

from flowy.engine.core import faults
from flowy.engine.core.rates import Bucket, draw
from flowy.engine.core.settings import Rate
from flowy.engine.tokens import read_task_token

_TABLE: dict[Rate, tuple[str, ...]] = {
    Rate(2000, 200): (
        "PollForActivityTask",
        "PollForDecisionTask",
        "RespondActivityTaskCompleted",
        "RespondActivityTaskFailed",
        "RespondActivityTaskCanceled",
        "RespondDecisionTaskCompleted",
        "StartWorkflowExecution",
    ),
    Rate(2000, 160): ("RecordActivityTaskHeartbeat",),
    Rate(2000, 60): ("GetWorkflowExecutionHistory", "TerminateWorkflowExecution"),
    Rate(2000, 30): ("SignalWorkflowExecution", "RequestCancelWorkflowExecution"),
    Rate(2000, 6): (
        "CountClosedWorkflowExecutions",
        "CountOpenWorkflowExecutions",
        "DescribeActivityType",
        "DescribeWorkflowType",
        "DescribeWorkflowExecution",
    ),
    Rate(200, 60): ("RegisterActivityType", "RegisterWorkflowType"),
    Rate(200, 48): ("ListOpenWorkflowExecutions",),
    Rate(200, 6): (
        "CountPendingActivityTasks",
        "CountPendingDecisionTasks",
        "DeleteActivityType",
        "DeleteWorkflowType",
        "DeprecateActivityType",
        "DeprecateWorkflowType",
        "UndeprecateActivityType",
        "UndeprecateWorkflowType",
        "DescribeDomain",
        "ListActivityTypes",
        "ListWorkflowTypes",
        "ListClosedWorkflowExecutions",
    ),
    Rate(100, 6): ("RegisterDomain", "DeprecateDomain", "UndeprecateDomain", "ListDomains"),
    Rate(50, 30): ("TagResource", "UntagResource", "ListTagsForResource"),
}
"""The developer guide's quotas. Operations that only this engine has are not throttled."""

OPERATIONS = {operation: rate for rate, names in _TABLE.items() for operation in names}
PER_EXECUTION = {
    "GetWorkflowExecutionHistory": Rate(400, 200),
    "SignalWorkflowExecution": Rate(1000, 1000),
    "RecordActivityTaskHeartbeat": Rate(1000, 1000),
    "RequestCancelWorkflowExecution": Rate(200, 200),
}
_SWEEP = 1_024


class Buckets:
    """Token buckets by key, made when first used; those that are full again are forgotten."""

    def __init__(self) -> None:
        self._used: dict[Hashable, tuple[Rate, Bucket]] = {}
        self._sweep_at = _SWEEP

    def __len__(self) -> int:
        return len(self._used)

    def take(self, key: Hashable, rate: Rate, now: int) -> bool:
        """Take one token at `now` (ms); False if there is none."""
        used = self._used.get(key)
        left = draw(used[1] if used else None, rate, now)
        if left is None:
            return False
        self._used[key] = (rate, left)
        if len(self._used) >= self._sweep_at:
            self._forget_full(now)
        return True

    def _forget_full(self, now: int) -> None:
        self._used = {
            key: (rate, bucket)
            for key, (rate, bucket) in self._used.items()
            if bucket.held + (now - bucket.at) * rate.per_second < rate.size * 1_000
        }
        self._sweep_at = max(_SWEEP, 2 * len(self._used))


class Throttle:
    """Refuses calls that come faster than SWF would take them.

    Decisions that come too fast are the core's business: they become events.
    """

    def __init__(self) -> None:
        self._buckets = Buckets()

    def admit(self, operation: str, request: dict[str, Any], now: int) -> None:
        """Let a call through.

        Raises:
            Refused: ThrottlingException, if its operation or its execution is called too often.
        """
        whole = OPERATIONS.get(operation)
        if whole is not None and not self._buckets.take(operation, whole, now):
            raise faults.throttled()
        single = PER_EXECUTION.get(operation)
        if single is not None:
            key = (operation, *_execution(request))
            if not self._buckets.take(key, single, now):
                raise faults.throttled()


def _execution(request: dict[str, Any]) -> tuple[str, str]:
    """Which execution a request is about, as far as it says."""
    if "taskToken" in request:
        try:
            return "", read_task_token(request["taskToken"], "a").run_id
        except faults.Refused:
            return "", ""  # the operation will say what is wrong with it
    named = request.get("execution", request)
    return request["domain"], named["workflowId"]
