"""The whole daemon: services, one generation of plugins, pools; wanted against actual. Pure.

`step` applies one event, then `settle` looks at what there is and orders what is missing: so a
lost order, or one whose time had not come, is given at the next tick. The way up: engine and
zygote, then the one-shot child that registers the types, then the workers. The way down: the
workers and the zygote, then the web child and the engine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from flowy.errors import Fault
from flowyd.supervisor import pools as pool_rules
from flowyd.supervisor import services as service_rules
from flowyd.supervisor.orders import (
    CloseWorker,
    EndErrand,
    Finish,
    LaunchService,
    Order,
    RegisterTypes,
    SendSignal,
    SpawnWorker,
    Tell,
    WorkerId,
)
from flowyd.supervisor.policy import EX_CONFIG, LONGEST_MS, START_MS, delay
from flowyd.supervisor.pools import Hold, Key, Pool
from flowyd.supervisor.services import ENGINE, WEB, ZYGOTE, Announced, Close, Closed, Service
from flowyd.supervisor.states import Cut, Drain, Forget, Kill, Send, Tick
from flowyd.supervisor.states import Event as WorkerChange


@dataclass(frozen=True, slots=True)
class Terms:
    """What the configuration says of a pool and the machine must know."""

    drain_ms: int
    plugins: tuple[str, ...]


# The registration of the types.


@dataclass(frozen=True, slots=True)
class Unregistered:
    """To be tried at `retry_at`; `reason` says why the last attempt came to nothing."""

    retry_at: int
    attempts: int
    reason: str


@dataclass(frozen=True, slots=True)
class Registering:
    """The one-shot child is at it."""

    attempts: int
    deadline: int


@dataclass(frozen=True, slots=True)
class Registered:
    """Domain and types are there."""


Registration = Unregistered | Registering | Registered


@dataclass(frozen=True, slots=True)
class Stop:
    """The daemon stops: stage 0 drains, 1 cuts, 2 kills; then it leaves with `code`."""

    stage: int
    code: int


@dataclass(frozen=True, slots=True)
class Fleet:
    """Everything that the supervisor knows of its children."""

    services: Mapping[str, Service]
    pools: Mapping[str, Pool]
    terms: Mapping[str, Terms]
    strict: bool = False
    generation: int = 1
    loaded: tuple[str, ...] | None = None
    load_faults: tuple[Fault, ...] = ()
    registration: Registration = field(default_factory=lambda: Unregistered(0, 0, ""))
    type_faults: tuple[Fault, ...] = ()
    stop: Stop | None = None


# Events.


@dataclass(frozen=True, slots=True)
class WorkerEvent:
    """Something happened to a worker."""

    worker: WorkerId
    change: WorkerChange


@dataclass(frozen=True, slots=True)
class ServiceEvent:
    """Something happened to an exec'd child."""

    name: str
    change: service_rules.Event


@dataclass(frozen=True, slots=True)
class PluginsLoaded:
    """The zygote has loaded what it could of the generation, with these faults."""

    names: tuple[str, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class TypesRegistered:
    """The registration came to an end; a fault that is an error refuses the generation."""

    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class RegistrationFailed:
    """It came to none: SWF was not reached, or the child died."""

    reason: str


@dataclass(frozen=True, slots=True)
class StopAsked:
    """An operator or a signal wants the daemon to stop; asked again, one stage harder."""

    code: int = 0


Event = (
    WorkerEvent
    | ServiceEvent
    | PluginsLoaded
    | TypesRegistered
    | RegistrationFailed
    | StopAsked
    | Tick
)
Step = tuple[Fleet, tuple[Order, ...]]


def step(fleet: Fleet, event: Event, now: int, roll: float) -> Step:
    """Apply one event, then order what is missing. `roll` is a number from 0 to 1."""
    heard, orders = apply(fleet, event, now, roll)
    settled, more = settle(heard, now)
    return settled, orders + more


def apply(fleet: Fleet, event: Event, now: int, roll: float) -> Step:
    """What the event itself changes."""
    match event:
        case WorkerEvent(worker, change):
            return hear_worker(fleet, worker, change, now, roll)
        case ServiceEvent(name, change):
            return hear_service(fleet, name, change, now, roll)
        case PluginsLoaded():
            return hear_load(fleet, event, now, roll)
        case TypesRegistered(faults):
            return hear_registered(fleet, faults, now, roll)
        case RegistrationFailed(reason):
            return hear_refused(fleet, reason, now, roll)
        case StopAsked(code):
            return hear_stop(fleet, code, now, roll)
        case Tick():
            return hear_tick(fleet, now, roll)
        case _:
            assert_never(event)


def hear_worker(
    fleet: Fleet, worker: WorkerId, change: WorkerChange, now: int, roll: float
) -> Step:
    """One worker's news."""
    pool = fleet.pools[worker.pool]
    return with_pool(
        fleet, *pool_rules.hear(pool, Key(worker.slot, worker.spawn), change, now, roll)
    )


def with_pool(fleet: Fleet, pool: Pool, actions: tuple[tuple[Key, Send | Forget], ...]) -> Step:
    """The fleet with a pool replaced, and the pool's actions addressed."""
    orders: list[Order] = []
    for key, action in actions:
        match action:
            case Send(pid, sign):
                orders.append(SendSignal(pid, sign))
            case Forget():
                orders.append(CloseWorker(WorkerId(pool.name, key.slot, key.spawn)))
            case _:
                assert_never(action)
    told = tell_changes(fleet.pools[pool.name], pool)
    return replace(fleet, pools={**fleet.pools, pool.name: pool}), (*orders, *told)


def tell_changes(before: Pool, after: Pool) -> tuple[Tell, ...]:
    """Log lines for what an operator wants to know of a pool."""
    told: list[Tell] = []
    if after.last_exit is not None and after.last_exit is not before.last_exit:
        last = after.last_exit
        bad = last.exit.kind in pool_rules.policy.FAILURES
        fields = {"pool": after.name, "slot": last.slot, "worker_pid": last.pid}
        fields |= {"exit": last.exit.kind.value, "code": last.exit.code}
        told.append(Tell("warning" if bad else "info", "worker gone", fields))
    if after.hold is not None and before.hold is None:
        told.append(Tell("error", "pool held", {"pool": after.name, "why": after.hold.why}))
    if after.served and not before.served:
        told.append(Tell("info", "pool ready", {"pool": after.name, "workers": after.wanted}))
    return tuple(told)


def hear_service(
    fleet: Fleet, name: str, change: service_rules.Event, now: int, roll: float
) -> Step:
    """One exec'd child's news."""
    before = fleet.services[name]
    after, actions = before.hear(change, now, roll)
    orders: list[Order] = []
    for action in actions:
        match action:
            case Send(pid, sign):
                orders.append(SendSignal(pid, sign))
            case service_rules.Launch():
                orders.append(LaunchService(name))
            case _:
                assert_never(action)
    if after.restarts != before.restarts and not isinstance(after.state, Closed):
        fields = {"child": name, "code": after.last_code}
        orders.append(Tell("warning", "child gone; starting it again", fields))
    return replace(fleet, services={**fleet.services, name: after}), tuple(orders)


def hear_load(fleet: Fleet, event: PluginsLoaded, now: int, roll: float) -> Step:
    """The zygote is ready to fork. Pools bound to a plugin that did not load are held."""
    up, orders = hear_service(fleet, ZYGOTE, Announced(""), now, roll)
    pools = dict(up.pools)
    for name, terms in up.terms.items():
        missing = [plugin for plugin in terms.plugins if plugin not in event.names]
        if missing:
            hold = Hold(f"its plugin {missing[0]!r} did not load", now, None)
            pools[name] = replace(pools[name], hold=hold)
    told = tuple(map(tell_fault, event.faults)) if fleet.load_faults != event.faults else ()
    up = replace(up, pools=pools, loaded=event.names, load_faults=event.faults)
    refused = fleet.strict and any(fault.severity == "error" for fault in event.faults)
    stopped, more = hear_stop(up, EX_CONFIG, now, roll) if refused else (up, ())
    return stopped, (*orders, *told, *more)


def hear_registered(fleet: Fleet, faults: tuple[Fault, ...], now: int, roll: float) -> Step:
    """The types are there, or can never be: then the daemon leaves and says why."""
    told = tuple(map(tell_fault, faults))
    known = replace(fleet, registration=Registered(), type_faults=faults)
    if any(fault.severity == "error" for fault in faults) and fleet.stop is None:
        stopped, orders = hear_stop(known, EX_CONFIG, now, roll)
        return stopped, (*told, *orders)
    return known, told


def hear_refused(fleet: Fleet, reason: str, now: int, roll: float) -> Step:
    """Try again later: an unreachable SWF is no failed start."""
    match fleet.registration:
        case Registering(attempts):
            retry_at = now + max(delay(attempts + 1, roll, LONGEST_MS), 200)
            told = Tell("warning", "types not registered yet", {"reason": reason})
            waiting = Unregistered(retry_at, attempts, reason)
            return replace(fleet, registration=waiting), (told, EndErrand())
        case Unregistered() | Registered():
            return fleet, ()
        case _:
            assert_never(fleet.registration)


def hear_stop(fleet: Fleet, code: int, now: int, roll: float) -> Step:
    """Begin to stop, or go one stage further."""
    stop = Stop(0, code) if fleet.stop is None else replace(fleet.stop, stage=fleet.stop.stage + 1)
    orders: tuple[Order, ...] = (Tell("info", "stopping", {"stage": stop.stage}), EndErrand())
    stopping = replace(fleet, stop=stop)
    for pool in fleet.pools.values():
        change = change_of_stage(stop.stage, now + fleet.terms[pool.name].drain_ms)
        stopping, more = with_pool(stopping, *pool_rules.everyone(pool, change, now, roll))
        orders += more
    if stop.stage >= 2:
        for name in fleet.services:
            stopping, more = hear_service(stopping, name, Kill(), now, roll)
            orders += more
    return stopping, orders


def change_of_stage(stage: int, cut_at: int) -> WorkerChange:
    """What a stage of the stop means to a worker."""
    match stage:
        case 0:
            return Drain(cut_at)
        case 1:
            return Cut()
        case _:
            return Kill()


def hear_tick(fleet: Fleet, now: int, roll: float) -> Step:
    """Time has passed for everybody."""
    orders: tuple[Order, ...] = ()
    for name in fleet.services:
        fleet, more = hear_service(fleet, name, Tick(), now, roll)
        orders += more
    for pool in fleet.pools.values():
        fleet, more = with_pool(fleet, *pool_rules.tick(pool, now, roll))
        orders += more
    if isinstance(fleet.registration, Registering) and now >= fleet.registration.deadline:
        fleet, more = hear_refused(fleet, "it took too long", now, roll)
        orders += more
    return fleet, orders


def settle(fleet: Fleet, now: int) -> Step:
    """Order what is wanted and missing."""
    if fleet.stop is not None:
        return wind_down(fleet, fleet.stop, now)
    if not service_rules.is_up(fleet.services[ZYGOTE]):
        return fleet, ()
    match fleet.registration:
        case Unregistered(retry_at, attempts):
            if now < retry_at or not service_rules.is_up(fleet.services.get(ENGINE)):
                return fleet, ()
            begun = Registering(attempts + 1, now + START_MS)
            return replace(fleet, registration=begun), (RegisterTypes(attempts + 1),)
        case Registering():
            return fleet, ()
        case Registered():
            return crew(fleet, now)
        case _:
            assert_never(fleet.registration)


def crew(fleet: Fleet, now: int) -> Step:
    """Fill the pools."""
    orders: list[Order] = []
    pools = dict(fleet.pools)
    for name, pool in fleet.pools.items():
        pools[name], keys = pool_rules.fill(pool, fleet.generation, now)
        orders += [SpawnWorker(WorkerId(name, *key), fleet.generation) for key in keys]
    return (replace(fleet, pools=pools) if orders else fleet), tuple(orders)


def wind_down(fleet: Fleet, stop: Stop, now: int) -> Step:
    """Close the zygote; once the last worker is gone, the rest; then finish."""
    empty = not any(pool.workers for pool in fleet.pools.values())
    doomed = [ZYGOTE, WEB, ENGINE] if empty else [ZYGOTE]
    orders: tuple[Order, ...] = ()
    for name in doomed:
        if name in fleet.services:
            fleet, more = hear_service(fleet, name, Close(), now, 0.5)
            orders += more
    if empty and all(isinstance(service.state, Closed) for service in fleet.services.values()):
        return fleet, (*orders, Finish(stop.code))
    return fleet, orders


def next_deadline(fleet: Fleet, now: int) -> int:
    """When the next tick is due, at the latest in a second."""
    times = [now + 1_000]
    for service in fleet.services.values():
        due = service_rules.deadline(service.state)
        times += [due] if due is not None else []
    for pool in fleet.pools.values():
        times += pool_rules.deadlines(pool)
    match fleet.registration:
        case Unregistered(retry_at):
            times.append(retry_at)
        case Registering() | Registered():
            pass
    return min(time for time in times if time > now)


def tell_fault(fault: Fault) -> Tell:
    """A fault as a line of the log."""
    level = "error" if fault.severity == "error" else "warning"
    return Tell(level, fault.message, {"where": fault.where, "hint": fault.hint})
