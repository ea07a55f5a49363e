"""What `flowyd status --json` shows. Pure values; durations are milliseconds."""

from typing import Literal

from msgspec import Struct

SCHEMA = 1
State = Literal["starting", "ok", "degraded", "held", "stopping"]
PoolState = Literal[
    "starting", "ok", "degraded", "backoff", "held", "paused", "draining", "stopped"
]


class FaultStatus(Struct, frozen=True):
    """Something wrong with what a person wrote."""

    where: str
    message: str
    hint: str
    severity: str


class TaskStatus(Struct, frozen=True):
    """What a worker works on."""

    kind: str
    type: str
    workflow_id: str
    run_id: str
    activity_id: str


class WorkerStatus(Struct, frozen=True):
    """One worker, in its state for `for_ms`.

    `silent_ms` is how long it gave no sign of life, once that is worth a word.
    """

    slot: int
    spawn: int
    generation: int
    pid: int | None
    state: str
    for_ms: int
    tasks: int
    task: TaskStatus | None
    silent_ms: int | None = None


class ExitStatus(Struct, frozen=True):
    """The newest exit of a pool; a negative `code` is a signal's number."""

    slot: int
    pid: int | None
    kind: str
    code: int | None
    ago_ms: int


class StickyStatus(Struct, frozen=True):
    """What a decider pool keeps in memory: executions now; looks and evictions since the start."""

    kept: int
    lookups: dict[str, int]
    evictions: dict[str, int]


NOTHING_KEPT = StickyStatus(0, {}, {})


class PoolStatus(Struct, frozen=True):
    """Wanted, actual and ready are three facts. `restarts` leaves out who was replaced in order.

    `parked` are executions that the pool's deciders could not decide when they last saw them.
    """

    name: str
    kind: str
    task_list: str
    state: PoolState
    wanted: int
    ready: int
    busy: int
    restarts: int
    held_because: str | None
    next_try_ms: int | None
    last_exit: ExitStatus | None
    workers: list[WorkerStatus]
    parked: int = 0
    sticky: StickyStatus = NOTHING_KEPT


class ReloadStatus(Struct, frozen=True):
    """The reload that runs (`stage` is empty: none) and the one that ended last.

    `done` is the number of the newest ask that is over, `ok` how it went (None: there was none);
    `reason` says why it was rejected.
    """

    stage: str
    generation: int | None
    queued: bool
    done: int
    ok: bool | None
    reason: str
    ago_ms: int | None
    accepted: int
    rejected: int


class WorkerStacks(Struct, frozen=True):
    """The stacks of a worker's threads, as faulthandler writes them; empty: it did not answer.

    `condition` is the kernel's word for the process, such as "S (sleeping)" or "T (stopped)".
    """

    pool: str
    slot: int
    pid: int
    state: str
    condition: str
    stacks: str


class TypeStatus(Struct, frozen=True):
    """One type that a plugin gives; `origin` is `file:line`."""

    kind: str
    type: str
    task_list: str
    origin: str


class PluginStatus(Struct, frozen=True):
    """One plugin: where it comes from, and what it gives."""

    name: str
    source: str
    package: str
    file: str
    loaded: bool
    types: list[TypeStatus]
    faults: list[FaultStatus]


class PluginsStatus(Struct, frozen=True):
    """What `flowyd plugins --json` shows."""

    schema: int
    plugins: list[PluginStatus]


class StacksStatus(Struct, frozen=True):
    """What `flowyd stacks --json` shows."""

    schema: int
    workers: list[WorkerStacks]


class ChildStatus(Struct, frozen=True):
    """The engine, the web child or the zygote; `address` once it serves at one."""

    name: str
    state: str
    pid: int | None
    address: str
    restarts: int


class Status(Struct, frozen=True):
    """The daemon. `reasons` say why the state is not ok."""

    schema: int
    version: str
    pid: int
    domain: str
    backend: str
    config: str
    state: State
    ready: bool
    reasons: list[str]
    uptime_ms: int
    generation: int
    reload: ReloadStatus
    plugins: list[str]
    children: list[ChildStatus]
    pools: list[PoolStatus]
    faults: list[FaultStatus]
