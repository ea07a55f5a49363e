"""The fleet as its status: what an operator asks for at three in the morning. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from flowy.errors import Fault
from flowyd import VERSION
from flowyd.config import Config, PoolConfig
from flowyd.control.status import (
    SCHEMA,
    ChildStatus,
    ExitStatus,
    FaultStatus,
    PoolState,
    PoolStatus,
    ReloadStatus,
    State,
    Status,
    StickyStatus,
    TaskStatus,
    WorkerStatus,
)
from flowyd.ledger import Ledger
from flowyd.supervisor import pools as rules
from flowyd.supervisor import services, states
from flowyd.supervisor.fleet import Fleet, Registered, Unregistered
from flowyd.supervisor.generations import Reloads
from flowyd.supervisor.orders import WorkerId
from flowyd.supervisor.pools import Key, LastExit, Pool
from flowyd.supervisor.reloading import stage
from flowyd.supervisor.states import ExitClass, Task

NO_RESTARTS = frozenset({ExitClass.RECYCLED, ExitClass.DRAINED, ExitClass.UNBORN})


@dataclass(frozen=True, slots=True)
class View:
    """Whose status it is, and when. Times as in the machine."""

    pid: int
    started_at: int
    now: int


def status_of(fleet: Fleet, config: Config, ledger: Ledger, view: View) -> Status:
    """The whole status."""
    leaving = sorted(name for name in fleet.removed if fleet.pools[name].workers)
    known = [*config.pools, *map(left_over, leaving)]
    told = [pool_status(fleet, fleet.pools[pool.name], pool, ledger, view.now) for pool in known]
    reasons = list(reasons_of(fleet, told))
    return Status(
        schema=SCHEMA,
        version=VERSION,
        pid=view.pid,
        domain=config.domain,
        backend=config.swf.backend,
        config=str(config.path),
        state=state_of(fleet, told, reasons),
        ready=is_ready(fleet, told),
        reasons=reasons,
        uptime_ms=view.now - view.started_at,
        generation=fleet.generation,
        reload=reload_status(fleet.reloads, view.now),
        plugins=list(fleet.loaded or ()),
        children=[child_status(service, fleet) for service in fleet.services.values()],
        pools=told,
        faults=[fault_status(fault) for fault in (*fleet.load_faults, *fleet.type_faults)],
    )


def state_of(fleet: Fleet, pools: list[PoolStatus], reasons: list[str]) -> State:
    """The daemon's state: that of its worst part."""
    if fleet.stop is not None:
        return "stopping"
    if any(pool.state == "held" for pool in pools):
        return "held"
    if any(pool.state == "starting" for pool in pools):
        return "degraded" if reasons else "starting"
    return "degraded" if reasons else "ok"


def is_ready(fleet: Fleet, pools: list[PoolStatus]) -> bool:
    """Whether every pool that is neither held nor paused can take tasks, and one can."""
    working = [pool for pool in pools if pool.state not in {"held", "paused"} and pool.wanted]
    up = services.is_up(fleet.services.get(services.ENGINE))
    served = bool(working) and all(pool.ready > 0 for pool in working)
    return up and served and fleet.stop is None and isinstance(fleet.registration, Registered)


def reasons_of(fleet: Fleet, pools: list[PoolStatus]) -> Iterator[str]:
    """Why the daemon is not ok, a sentence each. What merely starts is no reason."""
    for service in fleet.services.values():
        if not services.is_up(service) and service.restarts:
            yield f"the {service.name.partition('.')[0]} is down"
    yield from code_reasons(fleet)
    match fleet.registration:
        case Unregistered(reason=reason) if reason:
            yield f"the types are not registered: {reason}"
        case _:
            pass
    for pool in pools:
        if pool.state == "held":
            again = f"`flowyd resume {pool.name}` tries again at once"
            yield f"pool {pool.name} is held: {pool.held_because}; {again}"
        elif pool.state == "paused":
            yield f"pool {pool.name} is paused; `flowyd resume {pool.name}` ends it"
        elif pool.state in {"degraded", "backoff"}:
            yield f"pool {pool.name} has {pool.ready} of {pool.wanted} workers ready"
        yield from silent_ones(pool)
    errors = sum(fault.severity == "error" for fault in fleet.load_faults)
    if errors:
        yield f"{errors} fault(s) in plugins; `flowyd check` tells"


def silent_ones(pool: PoolStatus) -> Iterator[str]:
    """The workers of a pool that an operator should look at."""
    for worker in pool.workers:
        # An activity may hold the GIL for as long as it wants: that is shown, and no fault.
        if worker.silent_ms is not None and (worker.task is None or worker.task.kind == "decision"):
            who = f"{pool.name}:{worker.slot} (pid {worker.pid})"
            seconds = worker.silent_ms // 1000
            look = f"`flowyd stacks {pool.name} {worker.slot}` shows where it is"
            yield f"worker {who} has been silent for {seconds} s; {look}"


def pool_status(
    fleet: Fleet, pool: Pool, config: PoolConfig, ledger: Ledger, now: int
) -> PoolStatus:
    """One pool."""
    totals = ledger.of_pool(pool.name)
    unasked = (count for kind, count in pool.exits.items() if kind not in NO_RESTARTS)
    return PoolStatus(
        name=pool.name,
        kind=config.kind,
        task_list=config.task_list,
        state=pool_state(pool, now, stopping=fleet.stop is not None),
        wanted=pool.wanted,
        ready=pool.ready,
        busy=pool.busy,
        restarts=sum(unasked),
        held_because=pool.hold.why if pool.hold else None,
        next_try_ms=next_try(pool, now),
        last_exit=exit_status(pool.last_exit, now) if pool.last_exit else None,
        parked=totals.parked,
        sticky=StickyStatus(totals.kept, totals.lookups, totals.evictions),
        workers=[
            worker_status(pool, key, state, ledger, now)
            for key, state in sorted(pool.workers.items())
        ],
    )


def pool_state(pool: Pool, now: int, *, stopping: bool) -> PoolState:
    """The word for a pool."""
    if stopping:
        return "draining" if pool.workers else "stopped"
    if pool.paused:
        return "paused"
    if pool.hold is not None:
        return "held"
    if pool.ready >= pool.wanted:
        return "ok"
    if pool.respawn_at > now:
        return "backoff"
    return "degraded" if pool.served or pool.restarts.failures else "starting"


def next_try(pool: Pool, now: int) -> int | None:
    """Milliseconds until the next worker is tried, if the pool waits for that."""
    at = pool.hold.probe_at if pool.hold else pool.respawn_at
    return at - now if at is not None and at > now else None


def worker_status(
    pool: Pool, key: Key, state: states.State, ledger: Ledger, now: int
) -> WorkerStatus:
    """One worker."""
    totals = ledger.living.get(WorkerId(pool.name, *key))
    task = rules.task_of(state)
    return WorkerStatus(
        slot=key.slot,
        spawn=key.spawn,
        generation=state.birth.generation,
        pid=rules.pid_of(state),
        state=type(state).__name__.lower(),
        for_ms=now - getattr(state, "since", state.birth.at),
        tasks=totals.tasks_ended if totals else 0,
        task=task_status(task) if task else None,
        silent_ms=rules.silence(pool, key, state, now),
    )


def task_status(task: Task) -> TaskStatus:
    """One task."""
    return TaskStatus(task.kind, task.type, task.workflow_id, task.run_id, task.activity_id)


def exit_status(last: LastExit, now: int) -> ExitStatus:
    """One exit."""
    return ExitStatus(last.slot, last.pid, last.exit.kind, last.exit.code, now - last.at)


def left_over(name: str) -> PoolConfig:
    """A pool that the configuration names no more, while its last workers leave."""
    return PoolConfig(name, "removed", name, 0, None, None, 0, ())


def code_reasons(fleet: Fleet) -> Iterator[str]:
    """Why the code at work may not be the one that people expect."""
    if fleet.changed:
        yield "code changed on disk: workers that are gone are replaced after a reload only"
    if fleet.reloads.last is not None and not fleet.reloads.last.ok:
        yield f"the last reload was rejected: {fleet.reloads.last.reason}"


def reload_status(reloads: Reloads, now: int) -> ReloadStatus:
    """The reload that runs, and the last one."""
    incoming, last = reloads.incoming, reloads.last
    return ReloadStatus(
        stage=stage(incoming) if incoming else "",
        generation=incoming.number if incoming else None,
        queued=reloads.queued is not None,
        done=last.ask if last else 0,
        ok=last.ok if last else None,
        reason=last.reason if last else "",
        ago_ms=now - last.at if last else None,
        accepted=reloads.results.get(True, 0),
        rejected=reloads.results.get(False, 0),
    )


def child_status(service: services.Service, fleet: Fleet) -> ChildStatus:
    """One exec'd child; the zygote without a number is that of the generation at work."""
    state = service.state
    pid = getattr(state, "pid", None)
    address = state.address if isinstance(state, services.Serving) else ""
    word = type(state).__name__.lower()
    current = service.name == services.zygote_of(fleet.generation)
    name = services.ZYGOTE if current else service.name
    return ChildStatus(name, word, pid, address, service.restarts)


def fault_status(fault: Fault) -> FaultStatus:
    """One fault."""
    return FaultStatus(fault.where, fault.message, fault.hint, fault.severity)
