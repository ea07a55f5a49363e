"""Where a worker works and what it tells: the values that all loops are started with."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Literal, Protocol

from flowy.names import Names
from flowy.payloads import Payloads
from flowy.registry import Registry
from flowy.swf.decisions import Decision
from flowy.swf.events import Event
from flowy.swf.tasks import ActivityTask, DecisionTask, LambdaTask
from flowy.swf.values import ExecutionId
from flowy.worker.kept import Reason
from flowy.worker.responding import MachineTime, Time

Polled = Literal["task", "empty", "error", "throttled"]
"""How a poll ended."""
LookedUp = Literal["hit", "miss", "new", "stale"]
"""Whether the execution of a decision task was kept: it was; was not; never decided before; was,
but does not fit what its history says."""


class Service(Protocol):
    """What the loops need of SWF; `flowy.swf.client.SWFClient` is the one that people use."""

    @property
    def loopback(self) -> bool:
        """Whether it is on this host."""

    @property
    def payloads(self) -> Payloads:
        """How texts cross to it."""

    @property
    def names(self) -> Names:
        """What `{hostname}` and `{instance}` in task lists stand for."""

    def poll_decision(
        self, task_list: str, identity: str, *, news_only: bool = False
    ) -> DecisionTask | None:
        """Wait for a decision task; with its whole history, or what is new since the last one."""

    def history(self, execution: ExecutionId) -> Iterable[Event]:
        """All events of an execution, oldest first."""

    def poll_activity(self, task_list: str, identity: str) -> ActivityTask | None:
        """Wait for an activity task."""

    def poll_lambda(self, identity: str) -> LambdaTask | None:
        """Wait for a Lambda function to run, where that is to be had."""

    def signal(
        self, workflow_id: str, name: str, input: str | None, run_id: str | None = None
    ) -> None:
        """Signal an open execution."""

    def complete_decision(
        self,
        token: str,
        decisions: Sequence[Decision],
        context: str | None = None,
        task_list: str | None = None,
        schedule_to_start: str | None = None,
    ) -> None:
        """Answer a decision task; `task_list` and its time-out are where the next one goes."""

    def complete_activity(self, token: str, result: str | None) -> None:
        """Answer an activity task with its result."""

    def fail_activity(self, token: str, reason: str, details: str | None) -> None:
        """Answer that an activity task failed."""

    def cancel_activity(self, token: str, details: str | None) -> None:
        """Answer that an activity task was canceled."""

    def complete_lambda(self, token: str, result: str) -> None:
        """Answer a Lambda function with the JSON text of what it returned."""

    def fail_lambda(self, token: str, reason: str, details: str) -> None:
        """Answer that a Lambda function failed."""

    def heartbeat(self, token: str, details: str | None) -> bool:
        """Say that an activity task is alive; whether SWF wants it canceled."""

    def release_polls(self, identity: str) -> bool:
        """Have the held polls of an identity answered empty at once, where that is to be had."""


class Stop(Protocol):
    """A `threading.Event`, or what behaves like one.

    An Event must not be set by a signal handler in the thread that waits for it: its lock is no
    RLock. Set it from another thread.
    """

    def is_set(self) -> bool:
        """Whether it was set."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set, at most `timeout` seconds; whether it is."""


@dataclass(frozen=True, slots=True)
class TaskSummary:
    """What a reporter hears of a task.

    `activity_id` is that of an activity task, else None; `type` is written `name/version`, and is
    the name as it was decided for a Lambda function. After `limit` seconds it has timed out.
    """

    kind: Literal["decision", "activity", "lambda"]
    type: str
    workflow_id: str
    run_id: str
    activity_id: str | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """The post of one worker: which task list of which domain it serves, and with what.

    `around` gives the context manager that each task runs in, as `flowy.plugins.Loaded.around`,
    `poll_delay` how many seconds the worker's owner wants it to wait before each poll. `releases`
    is whether the loop itself has its poll in flight released at a stop.
    """

    client: Service
    registry: Registry
    task_list: str
    identity: str
    around: Callable[[TaskSummary], AbstractContextManager[object]] = nullcontext
    time: Time = field(default_factory=MachineTime)
    poll_delay: Callable[[], float] = float
    releases: bool = True


class Reporter(Protocol):
    """Who hears what a worker does. Its methods must be quick and never raise."""

    def polling(self) -> None:
        """A poll begins."""

    def polled(self, result: Polled, seconds: float) -> None:
        """The poll ended after so many seconds."""

    def began(self, task: TaskSummary) -> None:
        """A task begins."""

    def ended(self, outcome: str, seconds: float) -> None:
        """The task was answered, so many seconds after it began.

        `outcome` is completed, failed, canceled, unanswered, deferred or parked; or, when SWF did
        not take the answer, gone, refused or expired; or broken, when our own code raised.
        """

    def looked_up(self, result: LookedUp) -> None:
        """A kept execution was looked for, to decide a task with."""

    def evicted(self, why: Reason) -> None:
        """A kept execution was dropped."""

    def keeps(self, count: int) -> None:
        """So many suspended executions are kept now."""

    def parked(self, task: TaskSummary, seconds: float) -> None:
        """The task's execution is parked: it is tried again in so many seconds, at the latest."""


class Silent:
    """A reporter that tells nobody."""

    def polling(self) -> None: ...
    def polled(self, result: Polled, seconds: float) -> None: ...
    def began(self, task: TaskSummary) -> None: ...
    def ended(self, outcome: str, seconds: float) -> None: ...
    def looked_up(self, result: LookedUp) -> None: ...
    def evicted(self, why: Reason) -> None: ...
    def keeps(self, count: int) -> None: ...
    def parked(self, task: TaskSummary, seconds: float) -> None: ...
