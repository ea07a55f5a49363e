"""Limits of the service as settings, so that tests can reach them."""

from msgspec import Struct, field

from flowy.swf import limits


class Rate(Struct, frozen=True):
    """A token bucket: `size` calls at once, refilled by `per_second`."""

    size: int
    per_second: int


SWF_RATES = {
    "ScheduleActivityTask": Rate(1_000, 200),
    "StartTimer": Rate(2_000, 200),
    "StartChildWorkflowExecution": Rate(500, 12),
    "SignalExternalWorkflowExecution": Rate(1_200, 120),
    "RequestCancelExternalWorkflowExecution": Rate(1_200, 120),
}
"""What the developer guide's quotas page grants the decisions of one account."""
SWF_TASK_LIST_RATE = Rate(2_000, 2_000)
"""Tasks per second that it grants each task list."""


class Settings(Struct, frozen=True):
    """What one engine allows. Counts, unless said otherwise; the defaults are SWF's own.

    `page` is the size of a page: 100 in every recording of the real service, although its
    documents say 1,000. `hold_ms` is how long a poll is held: SWF holds it for 60 s, but boto3
    gives up at 60 s, so a hair less. A count stops at `counted` and is then "truncated".

    `rates` limits decisions by their type, `task_list_rate` the activities that are scheduled on
    one list; nothing is limited unless told so. `not_permitted` names operations and decisions
    that are refused as SWF refuses what IAM forbids. Without `lambda_service` a Lambda function
    cannot be scheduled. The next two choose between what recordings show and what documents say:
    is a closed run's `cancelRequested` still true, and have infos the `reopenable` members of
    2023. Closed executions are deleted after `longest_retention` days, however long their domain
    would keep them.
    """

    page: int = 100
    hold_ms: int = 59_500
    release_ms: int = 60_000
    page_token_ms: int = 24 * 3_600_000
    history_events: int = limits.HISTORY_EVENTS
    open_activities: int = limits.OPEN_TASKS
    open_timers: int = limits.OPEN_TASKS
    open_children: int = limits.OPEN_TASKS
    open_lambdas: int = limits.OPEN_TASKS
    open_executions: int = 100_000
    domains: int = 100
    types: int = 10_000
    domain_tags: int = 50
    pollers: int = 1_000
    counted: int = 2**31 - 1
    rates: dict[str, Rate] = field(default_factory=dict)
    task_list_rate: Rate | None = None
    lambda_service: bool = True
    not_permitted: frozenset[str] = frozenset()
    closed_keeps_cancel_requested: bool = True
    shows_reopenable: bool = False
    longest_retention: int | None = None
