"""A reload is a transaction. Pure.

The new generation loads, registers and gets its workers ready before one old worker drains.
Otherwise it is rejected with its reason, and what works goes on.
"""

from dataclasses import replace
from typing import assert_never

from flowy.errors import Fault
from flowyd.supervisor import pools as pool_rules
from flowyd.supervisor.fleet import Fleet, Registered, Step
from flowyd.supervisor.generations import (
    Enrolling,
    Incoming,
    Loading,
    Outcome,
    Plan,
    Starting,
    Want,
)
from flowyd.supervisor.members import hear_service, tell_fault, with_pool
from flowyd.supervisor.news import ReloadAsked, ReloadRefused
from flowyd.supervisor.orders import (
    AbandonGeneration,
    AdoptGeneration,
    EndErrand,
    Order,
    PrepareGeneration,
    RegisterTypes,
    SpawnWorker,
    Tell,
    WorkerId,
)
from flowyd.supervisor.policy import START_MS
from flowyd.supervisor.pools import Pool
from flowyd.supervisor.services import Announced, Close, Down, Service, zygote_of
from flowyd.supervisor.states import Busy, Drain, Polling, Retiring

MOST_LIVING = 3
"""Generations with workers; a reload beyond them waits until an old one has drained."""


def hear_reload(fleet: Fleet, asked: ReloadAsked | ReloadRefused, now: int, roll: float) -> Step:
    """Somebody wants what is on disk now."""
    match asked:
        case ReloadAsked(plan):
            return ask(fleet, plan, now, roll)
        case ReloadRefused(plan, reason):
            return conclude(fleet, plan, reason, now)
        case _:
            assert_never(asked)


def ask(fleet: Fleet, plan: Plan, now: int, roll: float) -> Step:
    """Somebody asked for a reload. One that waits already is replaced: the last one wins."""
    if fleet.stop is not None:
        return conclude(fleet, plan, "the daemon stops", now)
    if not isinstance(fleet.registration, Registered):
        return conclude(fleet, plan, "the daemon has not come up yet", now)
    if fleet.reloads.incoming is not None or living(fleet) >= MOST_LIVING:
        waiting = replace(fleet.reloads, queued=plan)
        return replace(fleet, reloads=waiting), (Tell("info", "reload queued", {}),)
    return rescale(fleet, plan, now, roll) if plan.in_place else begin(fleet, plan, now)


def begin(fleet: Fleet, plan: Plan, now: int) -> Step:
    """Have a zygote load the new generation."""
    number = fleet.reloads.highest + 1
    name = zygote_of(number)
    loading = Loading(plan, number, now + START_MS)
    services = {**fleet.services, name: Service(name, Down(0, 0))}
    begun = replace(fleet.reloads, incoming=loading, highest=number)
    told = Tell("info", "reload begins", {"generation": number})
    orders = (PrepareGeneration(number, plan.ask), told)
    return replace(fleet, reloads=begun, services=services), orders


def rescale(fleet: Fleet, plan: Plan, now: int, roll: float) -> Step:
    """Only sizes differ: no new code, no process but those that are missing."""
    orders: tuple[Order, ...] = (AdoptGeneration(plan.ask),)
    for name, want in plan.pools.items():
        steps = pool_rules.scale(fleet.pools[name], want.processes, now, roll)
        fleet, more = with_pool(fleet, *steps)
        orders += more
    settled, told = conclude(fleet, plan, "", now)
    return settled, orders + told


# The stages --------------------------------------------------------------------------------------


def hear_incoming_load(
    fleet: Fleet, incoming: Loading, faults: tuple[Fault, ...], now: int, roll: float
) -> Step:
    """The new generation has loaded; one fault that is an error rejects it."""
    up, orders = hear_service(fleet, zygote_of(incoming.number), Announced(""), now, roll)
    if (error := first_error(faults)) is not None:
        rejected, more = reject(up, incoming, error, now, roll)
        return rejected, orders + more
    enrolling = Enrolling(incoming.plan, incoming.number, now + START_MS)
    loaded = replace(up, reloads=replace(up.reloads, incoming=enrolling))
    return loaded, (*orders, RegisterTypes(1, incoming.number, incoming.plan.replay_open))


def hear_incoming_types(
    fleet: Fleet, incoming: Enrolling, faults: tuple[Fault, ...], now: int, roll: float
) -> Step:
    """Its types are registered; one that is refused rejects it."""
    if (error := first_error(faults)) is not None:
        return reject(fleet, incoming, error, now, roll)
    wants = incoming.plan.pools
    patience = next(iter(fleet.pools.values())).patience
    new = [name for name in wants if name not in fleet.pools]
    added = {name: Pool(name, 0, patience=patience) for name in new}
    back = fleet.removed & wants.keys()
    deadline = now + START_MS
    starting = Starting(incoming.plan, incoming.number, deadline, back | added.keys())
    grown = replace(
        fleet,
        pools={**fleet.pools, **added},
        terms={name: want.terms for name, want in wants.items()} | dict(fleet.terms),
        removed=fleet.removed - wants.keys(),
    )
    told = tuple(map(tell_fault, faults))  # warnings: of other defaults, for one
    return replace(grown, reloads=replace(grown.reloads, incoming=starting)), told


def advance(fleet: Fleet, now: int, roll: float) -> Step:
    """Look after the reload that runs, or begin the one that waits."""
    incoming = fleet.reloads.incoming
    if incoming is None:
        return begin_queued(fleet, now, roll)
    if now >= incoming.deadline:
        return reject(fleet, incoming, f"{stage(incoming)} took too long", now, roll)
    match incoming:
        case Loading() | Enrolling():
            return fleet, ()
        case Starting():
            return start_next(fleet, incoming, now, roll)
        case _:
            assert_never(incoming)


def begin_queued(fleet: Fleet, now: int, roll: float) -> Step:
    """Begin the reload that waits, once it may."""
    plan = fleet.reloads.queued
    if plan is None or living(fleet) >= MOST_LIVING:
        return fleet, ()
    free = replace(fleet, reloads=replace(fleet.reloads, queued=None))
    return ask(free, plan, now, roll)


def start_next(fleet: Fleet, incoming: Starting, now: int, roll: float) -> Step:
    """Start the workers of the first pool that lacks some; switch once no pool does."""
    for name, want in incoming.plan.pools.items():
        pool = fleet.pools[name]
        if pool.paused or serving(pool, incoming.number) >= want.processes:
            continue
        vacant = pool_rules.vacancies(pool, incoming.number, want.processes)
        pool, keys = pool_rules.spawn(pool, incoming.number, vacant, now)
        spawned = tuple(SpawnWorker(WorkerId(name, *key), incoming.number) for key in keys)
        return replace(fleet, pools={**fleet.pools, name: pool}), spawned
    return switch(fleet, incoming, now, roll)


# The ends ----------------------------------------------------------------------------------------


def switch(fleet: Fleet, incoming: Starting, now: int, roll: float) -> Step:
    """All new workers are ready: the old ones leave after their tasks, however long these take."""
    before, plan = fleet.generation, incoming.plan
    terms = {**fleet.terms, **{name: want.terms for name, want in plan.pools.items()}}
    fleet = replace(
        fleet,
        generation=incoming.number,
        terms=terms,
        removed=frozenset(fleet.pools.keys() - plan.pools.keys()),
        load_faults=(),
        type_faults=(),
        digest="",
        changed=False,
    )
    orders: tuple[Order, ...] = (AdoptGeneration(plan.ask),)
    for pool in fleet.pools.values():
        fleet, more = hand_over(fleet, pool, plan, now, roll)
        orders += more
    fleet, more = hear_service(count_on(fleet, before), zygote_of(before), Close(), now, roll)
    settled, told = conclude(fleet, plan, "", now)
    return settled, orders + more + told


def count_on(fleet: Fleet, before: int) -> Fleet:
    """Let the new zygote's count of restarts go on where the old one's ends: no counter falls."""
    name = zygote_of(fleet.generation)
    old, new = fleet.services[zygote_of(before)], fleet.services[name]
    counted = replace(new, restarts=old.restarts + new.restarts)
    return replace(fleet, services={**fleet.services, name: counted})


def hand_over(fleet: Fleet, pool: Pool, plan: Plan, now: int, roll: float) -> Step:
    """One pool belongs to the new generation: the others' workers drain, without a deadline."""
    want = plan.pools.get(pool.name, Want(0, fleet.terms[pool.name]))
    fresh = replace(pool_rules.resume(pool), wanted=want.processes, paused=pool.paused)
    number = fleet.generation
    steps = pool_rules.some(
        replace(fresh, served=fresh.ready >= fresh.wanted),
        lambda key, state: state.birth.generation != number or key.slot >= want.processes,
        Drain(None),
        now,
        roll,
    )
    return with_pool(fleet, *steps)


def reject(fleet: Fleet, incoming: Incoming, reason: str, now: int, roll: float) -> Step:
    """Undo what the new generation has begun; the old one never noticed."""
    orders: tuple[Order, ...] = (EndErrand(), AbandonGeneration(incoming.number))
    fleet, more = hear_service(fleet, zygote_of(incoming.number), Close(), now, roll)
    orders += more
    for pool in fleet.pools.values():
        steps = pool_rules.some(
            pool,
            lambda _, state: state.birth.generation == incoming.number,
            Drain(None),
            now,
            roll,
        )
        fleet, more = with_pool(fleet, *steps)
        orders += more
    added = incoming.added if isinstance(incoming, Starting) else frozenset()
    fleet = replace(fleet, removed=fleet.removed | added)
    settled, told = conclude(fleet, incoming.plan, reason, now)
    return settled, orders + told


def conclude(fleet: Fleet, plan: Plan, reason: str, now: int) -> Step:
    """Note how a reload ended: an empty reason means well."""
    ok = not reason
    results = {**fleet.reloads.results, ok: fleet.reloads.results.get(ok, 0) + 1}
    outcome = Outcome(plan.ask, ok, reason, now)
    incoming = fleet.reloads.incoming
    # One that was refused at once says nothing of another that is on its way.
    own = incoming if incoming is not None and incoming.plan is not plan else None
    reloads = replace(fleet.reloads, incoming=own, last=outcome, results=results)
    told = Tell("info", "reload done", {"generation": fleet.generation})
    if not ok:
        told = Tell("error", "reload rejected; the old code goes on", {"reason": reason})
    return replace(fleet, reloads=reloads), (told,)


# What is asked of the whole ----------------------------------------------------------------------


def serving(pool: Pool, generation: int) -> int:
    """How many workers of a generation take tasks."""
    return sum(
        state.birth.generation == generation and isinstance(state, Polling | Busy | Retiring)
        for state in pool.workers.values()
    )


def living(fleet: Fleet) -> int:
    """How many generations have workers."""
    workers = (state for pool in fleet.pools.values() for state in pool.workers.values())
    return len({state.birth.generation for state in workers} | {fleet.generation})


def first_error(faults: tuple[Fault, ...]) -> str | None:
    """The first fault that is an error, for people."""
    errors = [f"{fault.where}: {fault.message}" for fault in faults if fault.severity == "error"]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return errors[0] + more if errors else None


def stage(incoming: Incoming) -> str:
    """What a reload is at, for people."""
    match incoming:
        case Loading():
            return "loading the plugins"
        case Enrolling():
            return "registering the types"
        case Starting():
            return "starting the workers"
        case _:
            assert_never(incoming)
