"""Wanted against actual, over the whole daemon. Pure.

`step` applies one event, then `settle` looks at what there is and orders what is missing: so a
lost order, or one whose time had not come, is given at the next tick. The way up: engine and
zygote, then the one-shot child that registers the types, then the workers.
"""

from dataclasses import replace
from typing import assert_never

from flowy.errors import Fault
from flowyd.supervisor import pools as pool_rules
from flowyd.supervisor import services as service_rules
from flowyd.supervisor.fleet import Fleet, Registered, Registering, Step, Terms, Unregistered
from flowyd.supervisor.members import hear_service, tell_fault, with_pool
from flowyd.supervisor.news import (
    Event,
    PauseAsked,
    PluginsLoaded,
    RegistrationFailed,
    RestartAsked,
    ResumeAsked,
    ScaleAsked,
    ServiceEvent,
    StopAsked,
    TypesRegistered,
    WorkerAlive,
    WorkerEvent,
)
from flowyd.supervisor.operating import operate
from flowyd.supervisor.orders import EndErrand, Order, RegisterTypes, SpawnWorker, Tell, WorkerId
from flowyd.supervisor.policy import EX_CONFIG, LONGEST_MS, START_MS, delay
from flowyd.supervisor.pools import Hold, Key, Pool
from flowyd.supervisor.services import ENGINE, LONGEST, ZYGOTE, Announced
from flowyd.supervisor.states import Event as WorkerChange
from flowyd.supervisor.states import Tick
from flowyd.supervisor.stopping import hear_stop, wind_down


def step(fleet: Fleet, event: Event, now: int, roll: float) -> Step:
    """Apply one event, then order what is missing. `roll` is a number from 0 to 1."""
    heard, orders = apply(fleet, event, now, roll)
    settled, more = settle(heard, now)
    return settled, orders + more


def apply(  # noqa: PLR0911 — one line an event
    fleet: Fleet, event: Event, now: int, roll: float
) -> Step:
    """What the event itself changes."""
    match event:
        case WorkerEvent(worker, change):
            return hear_worker(fleet, worker, change, now, roll)
        case WorkerAlive(worker, still_ms):
            return hear_sign(fleet, worker, still_ms, now), ()
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
        case PauseAsked() | ResumeAsked() | ScaleAsked() | RestartAsked():
            return operate(fleet, event, now, roll)
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


def hear_sign(fleet: Fleet, worker: WorkerId, still_ms: int, now: int) -> Fleet:
    """One worker's sign of life."""
    key = Key(worker.slot, worker.spawn)
    pool = pool_rules.note_sign(fleet.pools[worker.pool], key, still_ms, now)
    return replace(fleet, pools={**fleet.pools, worker.pool: pool})


def hear_load(fleet: Fleet, event: PluginsLoaded, now: int, roll: float) -> Step:
    """The zygote is ready to fork. Pools bound to a plugin that did not load are held."""
    up, orders = hear_service(fleet, ZYGOTE, Announced(""), now, roll)
    pools = {name: bind(pool, up.terms[name], event.names, now) for name, pool in up.pools.items()}
    told = tuple(map(tell_fault, event.faults)) if fleet.load_faults != event.faults else ()
    up = replace(up, pools=pools, loaded=event.names, load_faults=event.faults)
    refused = fleet.strict and any(fault.severity == "error" for fault in event.faults)
    stopped, more = hear_stop(up, EX_CONFIG, now, roll) if refused else (up, ())
    return stopped, (*orders, *told, *more)


def bind(pool: Pool, terms: Terms, loaded: tuple[str, ...], now: int) -> Pool:
    """Hold a pool whose plugins are not all there; what waited for a new load gets its chance."""
    missing = [plugin for plugin in terms.plugins if plugin not in loaded]
    if missing:
        return replace(pool, hold=Hold(f"its plugin {missing[0]!r} did not load", now, None))
    waited = pool.hold is not None and pool.hold.probe_at is None
    return replace(pool, hold=None) if waited else pool


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
            # Our own engine is back within a second; SWF deserves more patience.
            longest = LONGEST[ENGINE] if ENGINE in fleet.services else LONGEST_MS
            retry_at = now + delay(attempts + 1, roll, longest)
            told = Tell("warning", "types not registered yet", {"reason": reason})
            waiting = Unregistered(retry_at, attempts, reason)
            return replace(fleet, registration=waiting), (told, EndErrand())
        case Unregistered() | Registered():
            return fleet, ()
        case _:
            assert_never(fleet.registration)


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
