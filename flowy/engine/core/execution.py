"""One run of a workflow, as its history tells it."""

from msgspec import Struct, field

from flowy.engine.core.tasks import (
    Activity,
    Child,
    External,
    Lambda,
    Override,
    RunningDecision,
    Timer,
    WaitingDecision,
)
from flowy.swf.events import WorkflowExecutionStarted
from flowy.swf.values import ExecutionId, TaskList


class Execution(Struct):
    """The state of one run: the fold of its events, plus the heartbeats that history lacks.

    Only `flowy.engine.core.fold` changes it, one event at a time. It is changed in place, unlike
    the values it holds: copying a thousand open activities for each event would make a call cost
    what its execution holds. `key` is its number in the store.
    """

    key: int
    domain: str
    id: ExecutionId
    started: WorkflowExecutionStarted
    started_at: int
    last_event: int = 0
    last_at: int = 0
    activities: dict[int, Activity] = field(default_factory=dict)
    activity_ids: dict[str, int] = field(default_factory=dict)
    timers: dict[int, Timer] = field(default_factory=dict)
    timer_ids: dict[str, int] = field(default_factory=dict)
    children: dict[int, Child] = field(default_factory=dict)
    externals: dict[int, External] = field(default_factory=dict)
    lambdas: dict[int, Lambda] = field(default_factory=dict)
    lambda_ids: dict[str, int] = field(default_factory=dict)
    waiting: WaitingDecision | None = None
    running: RunningDecision | None = None
    previous_started: int = 0
    override: Override | None = None
    context: str | None = None
    latest_activity_at: int | None = None
    cancel_requested: bool = False
    close_status: str | None = None
    closed_at: int | None = None

    @property
    def is_open(self) -> bool:
        return self.close_status is None

    @property
    def decision_list(self) -> TaskList:
        """Where its next decision task is scheduled."""
        return self.override.task_list if self.override else self.started.task_list
