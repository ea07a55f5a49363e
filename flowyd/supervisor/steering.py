"""Wanted against actual, over the whole daemon. Pure.

`step` applies one event, then `settle` looks at what there is and orders what is missing: so a
lost order, or one whose time had not come, is given at the next tick. The way up: engine and
zygote, then the one-shot child that registers the types, then the workers.
"""

from dataclasses import replace
from typing import assert_never

from flowyd.supervisor import pools as pool_rules
from flowyd.supervisor import services as service_rules
from flowyd.supervisor.enrolling import hear_no_types, hear_refused, hear_types
from flowyd.supervisor.fleet import Fleet, Registered, Registering, Step, Unregistered
from flowyd.supervisor.generations import Loading, Terms
from flowyd.supervisor.members import hear_service, tell_fault, with_pool
from flowyd.supervisor.news import (
    BoardClosed,
    Event,
    PauseAsked,
    PluginsLoaded,
    PollsFailed,
    RegistrationFailed,
    ReloadAsked,
    ReloadRefused,
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
from flowyd.supervisor.orders import Order, RegisterTypes, SpawnWorker, WorkerId
from flowyd.supervisor.policy import EX_CONFIG, START_MS
from flowyd.supervisor.pools import Hold, Key, Pool
from flowyd.supervisor.reloading import (
    advance,
    hear_incoming_load,
    hear_reload,
    reject,
)
from flowyd.supervisor.services import (
    ENGINE,
    Announced,
    Closed,
    generation_of,
    zygote_of,
)
from flowyd.supervisor.services import Event as ServiceChange
from flowyd.supervisor.states import Event as WorkerChange
from flowyd.supervisor.states import Exited, Tick
from flowyd.supervisor.stopping import hear_stop, wind_down
from flowyd.supervisor.throttling import cool_polls, hear_polls


def step(fleet: Fleet, event: Event, now: int, roll: float) -> Step:
    """Apply one event, then order what is missing. `roll` is a number from 0 to 1."""
    heard, orders = apply(fleet, event, now, roll)
    settled, more = settle(heard, now)
    return settled, orders + more


def apply(  # noqa: C901, PLR0911, PLR0912 — one line an event
    fleet: Fleet, event: Event, now: int, roll: float
) -> Step:
    """What the event itself changes."""
    match event:
        case WorkerEvent(worker, change):
            return hear_worker(fleet, worker, change, now, roll)
        case WorkerAlive(worker, still_ms):
            return hear_sign(fleet, worker, still_ms, now), ()
        case PollsFailed(pool, throttled):
            return hear_polls(fleet, pool, throttled=throttled, now=now, roll=roll)
        case BoardClosed(worker):
            return replace(fleet, owed=fleet.owed - {worker}), ()
        case ServiceEvent(name, change):
            return hear_child(fleet, name, change, now, roll)
        case PluginsLoaded():
            return hear_load(fleet, event, now, roll)
        case TypesRegistered():
            return hear_types(fleet, event, now, roll)
        case RegistrationFailed():
            return hear_no_types(fleet, event, now, roll)
        case StopAsked(code):
            return hear_stop(fleet, code, now, roll)
        case ReloadAsked() | ReloadRefused():
            return hear_reload(fleet, event, now, roll)
        case PauseAsked() | ResumeAsked() | ScaleAsked() | RestartAsked():
            return operate(fleet, event, now, roll)
        case Tick():
            return hear_tick(fleet, now, roll)
        case _:
            assert_never(event)


def hear_worker(
    fleet: Fleet, worker: WorkerId, change: WorkerChange, now: int, roll: float
) -> Step:
    """One worker's news. One that is gone before its generation took over rejects it."""
    pool, key = fleet.pools.get(worker.pool), Key(worker.slot, worker.spawn)
    state = pool.workers.get(key) if pool is not None else None
    if pool is None or state is None:
        return fleet, ()
    number = state.birth.generation
    after, actions = pool_rules.hear(pool, key, change, now, roll)
    kept = after if number == fleet.generation else pool_rules.keep_patience(pool, after)
    heard, orders = with_pool(fleet, kept, actions)
    incoming = fleet.reloads.incoming
    if incoming is None or incoming.number != number or key in after.workers:
        return heard, orders
    reason = f"a worker of the pool {pool.name} did not stay up; see its log"
    rejected, more = reject(heard, incoming, reason, now, roll)
    return rejected, orders + more


def hear_child(fleet: Fleet, name: str, change: ServiceChange, now: int, roll: float) -> Step:
    """One exec'd child's news. A zygote that dies before its generation took over rejects it."""
    if name not in fleet.services:
        return fleet, ()
    heard, orders = hear_service(fleet, name, change, now, roll)
    incoming = fleet.reloads.incoming
    if incoming is None or name != zygote_of(incoming.number) or not isinstance(change, Exited):
        return heard, orders
    rejected, more = reject(heard, incoming, "its zygote died; see its log", now, roll)
    return rejected, orders + more


def hear_sign(fleet: Fleet, worker: WorkerId, still_ms: int, now: int) -> Fleet:
    """One worker's sign of life."""
    key = Key(worker.slot, worker.spawn)
    pool = pool_rules.note_sign(fleet.pools[worker.pool], key, still_ms, now)
    return replace(fleet, pools={**fleet.pools, worker.pool: pool})


def hear_load(fleet: Fleet, event: PluginsLoaded, now: int, roll: float) -> Step:
    """A zygote is ready to fork. Pools bound to a plugin that did not load are held."""
    match fleet.reloads.incoming:
        case Loading() as incoming if incoming.number == event.generation:
            return hear_incoming_load(fleet, incoming, event.faults, now, roll)
        case _ if event.generation != fleet.generation:
            return fleet, ()
        case _:
            pass
    up, orders = hear_service(fleet, zygote_of(fleet.generation), Announced(""), now, roll)
    pools = {name: bind(pool, up.terms[name], event.names, now) for name, pool in up.pools.items()}
    told = tuple(map(tell_fault, event.faults)) if fleet.load_faults != event.faults else ()
    changed = fleet.digest not in {"", event.digest}
    up = replace(up, pools=pools, loaded=event.names, load_faults=event.faults, changed=changed)
    up = up if changed else replace(up, digest=event.digest)
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
    fleet, more = cool_polls(fleet, now, roll)
    return fleet, orders + more


def settle(fleet: Fleet, now: int) -> Step:
    """Order what is wanted and missing."""
    if fleet.stop is not None:
        return wind_down(fleet, fleet.stop, now)
    fleet, orders = advance(clear_away(fleet), now, 0.5)
    settled, more = come_up(fleet, now)
    return settled, orders + more


def clear_away(fleet: Fleet) -> Fleet:
    """Forget zygotes that have left; a removed pool stays for its counts, since none may fall."""
    incoming = fleet.reloads.incoming
    wanted = {None, fleet.generation, incoming.number if incoming else None}
    services = {
        name: one
        for name, one in fleet.services.items()
        if generation_of(name) in wanted or not isinstance(one.state, Closed)
    }
    return fleet if len(services) == len(fleet.services) else replace(fleet, services=services)


def come_up(fleet: Fleet, now: int) -> Step:
    """The first way up, and afterwards whoever is missing."""
    if not service_rules.is_up(fleet.services[zygote_of(fleet.generation)]) or fleet.changed:
        return fleet, ()
    match fleet.registration:
        case Unregistered(retry_at, attempts):
            if now < retry_at or not service_rules.is_up(fleet.services.get(ENGINE)):
                return fleet, ()
            begun = Registering(attempts + 1, now + START_MS)
            return replace(fleet, registration=begun), (
                RegisterTypes(attempts + 1, fleet.generation),
            )
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
    if fleet.reloads.incoming is not None:
        times.append(fleet.reloads.incoming.deadline)
    return min(time for time in times if time > now)
