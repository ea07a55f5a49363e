"""What a worker can be, what can happen to it, and what is to be done about it.

One class per state, with only the fields that exist in it. Times are milliseconds of the loop's
monotonic clock. `spawning → starting → polling ⇄ busy → draining → gone`; `retiring` before that
where a replacement starts first, and on the way out, where a worker does not leave by itself,
`cutting → aborting → killing`.
"""

from dataclasses import dataclass
from enum import StrEnum


class ExitClass(StrEnum):
    """Why a worker is gone."""

    RECYCLED = "recycled"  # was replaced after max_tasks or max_memory
    DRAINED = "drained"  # finished what it had and left, as it was told
    CUT = "cut"  # was still at it when the drain's time was over
    UNBORN = "unborn"  # the zygote died, or could not fork: not the worker's fault
    START_FAILURE = "start-failure"  # never became ready
    CONFIG = "config"  # said (exit code 78) that it cannot work as configured
    CRASH = "crash"  # left with another code
    HUNG = "hung"  # gave no sign of life, or stood still
    SIGNAL = "signal"  # was killed by a signal that we did not send


@dataclass(frozen=True, slots=True)
class Exit:
    """An exit: its class, and the exit code (negative: the signal's number; None: never ran)."""

    kind: ExitClass
    code: int | None


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker works on. `activity_id` is empty for a decision task."""

    kind: str
    type: str
    workflow_id: str
    run_id: str
    activity_id: str


@dataclass(frozen=True, slots=True)
class Birth:
    """Which process of its slot a worker is, of which generation, and when it was asked for."""

    spawn: int
    generation: int
    at: int


# States.


@dataclass(frozen=True, slots=True)
class Spawning:
    """The zygote was asked for it; it has no pid yet."""

    birth: Birth


@dataclass(frozen=True, slots=True)
class Recalled:
    """It was told to leave before it had a pid; it gets the signal once it has one."""

    birth: Birth
    cut_at: int | None


@dataclass(frozen=True, slots=True)
class Starting:
    """It runs, and has not said yet that it is ready."""

    birth: Birth
    pid: int


@dataclass(frozen=True, slots=True)
class Polling:
    """It waits for a task."""

    birth: Birth
    pid: int
    since: int


@dataclass(frozen=True, slots=True)
class Busy:
    """It works on a task."""

    birth: Birth
    pid: int
    since: int
    task: Task


@dataclass(frozen=True, slots=True)
class Retiring:
    """It works on until its replacement is ready. `recycled`: it has had its fill of tasks."""

    birth: Birth
    pid: int
    since: int
    task: Task | None
    recycled: bool


@dataclass(frozen=True, slots=True)
class Draining:
    """It takes no new task and leaves after the one it has. At `cut_at` its time is over."""

    birth: Birth
    pid: int
    since: int
    task: Task | None
    cut_at: int | None
    recycled: bool


@dataclass(frozen=True, slots=True)
class Cutting:
    """Its drain is over: its activity's next heartbeat answers False. SIGABRT at `abort_at`."""

    birth: Birth
    pid: int
    since: int
    task: Task | None
    abort_at: int


@dataclass(frozen=True, slots=True)
class Aborting:
    """It got SIGABRT, so that it writes its stacks to the log. SIGKILL comes at `kill_at`."""

    birth: Birth
    pid: int
    since: int
    kill_at: int
    kind: ExitClass = ExitClass.CUT


@dataclass(frozen=True, slots=True)
class Killing:
    """It got SIGKILL; only the kernel's word is awaited."""

    birth: Birth
    pid: int
    since: int
    kind: ExitClass


@dataclass(frozen=True, slots=True)
class Gone:
    """The kernel reported its end, or it never was."""

    birth: Birth
    exit: Exit


State = (
    Spawning
    | Recalled
    | Starting
    | Polling
    | Busy
    | Retiring
    | Draining
    | Cutting
    | Aborting
    | Killing
    | Gone
)


# Events.


@dataclass(frozen=True, slots=True)
class Born:
    """It told its pid."""

    pid: int


@dataclass(frozen=True, slots=True)
class Waits:
    """It said that it waits for a task; the first time, that it is ready."""


@dataclass(frozen=True, slots=True)
class Began:
    """It said what it works on."""

    task: Task


@dataclass(frozen=True, slots=True)
class Leaves:
    """It said that it takes no new task: it was signalled, by us or by somebody else."""


@dataclass(frozen=True, slots=True)
class Retire:
    """It shall be replaced: it has had its fill (`recycled`), or an operator wants another one."""

    recycled: bool


@dataclass(frozen=True, slots=True)
class Exited:
    """The kernel reported its end; a negative code is a signal's number."""

    code: int


@dataclass(frozen=True, slots=True)
class Lost:
    """Its channel closed. It means something only while there is no pid to wait for."""


@dataclass(frozen=True, slots=True)
class Drain:
    """It shall leave after its task, and by `cut_at` in any case."""

    cut_at: int | None


@dataclass(frozen=True, slots=True)
class Cut:
    """It shall leave now."""


@dataclass(frozen=True, slots=True)
class Hang:
    """It gives no sign of life, or makes no progress."""


@dataclass(frozen=True, slots=True)
class Kill:
    """It shall be gone now."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


Event = Born | Waits | Began | Leaves | Retire | Exited | Lost | Drain | Cut | Hang | Kill | Tick


# Actions.


class Sign(StrEnum):
    """The signals that a worker can get."""

    TERM = "SIGTERM"
    CUT = "SIGUSR2"  # not a second SIGTERM: that may come from anybody
    ABORT = "SIGABRT"
    CONTINUE = "SIGCONT"  # a stopped process writes no stacks
    KILL = "SIGKILL"


@dataclass(frozen=True, slots=True)
class Send:
    """Send it a signal."""

    pid: int
    sign: Sign


@dataclass(frozen=True, slots=True)
class Mark:
    """Write on its board when its drain is over (None: never), or that it is over (`cut`)."""

    until: int | None
    cut: bool


@dataclass(frozen=True, slots=True)
class Forget:
    """Close its channel: whoever is still on the other end ends itself. `exit` was its end."""

    exit: Exit


Action = Send | Mark | Forget
Step = tuple[State, tuple[Action, ...]]
