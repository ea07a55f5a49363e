"""The way down: drain, cut, kill; the workers and the zygote first, the engine last. Pure."""

from dataclasses import replace

from flowyd.supervisor import pools
from flowyd.supervisor.fleet import Fleet, Step, Stop
from flowyd.supervisor.members import hear_service, with_pool
from flowyd.supervisor.orders import EndErrand, Finish, Order, Tell
from flowyd.supervisor.reloading import conclude
from flowyd.supervisor.services import COURIER, ENGINE, WEB, Close, Closed, generation_of
from flowyd.supervisor.states import Cut, Drain, Kill
from flowyd.supervisor.states import Event as WorkerChange

OWED_MS = 10_000
"""How long the last lost workers' tasks may take to be answered, if the service is not there."""


def hear_stop(fleet: Fleet, code: int, now: int, roll: float) -> Step:
    """Begin to stop, or go one stage further."""
    stop = Stop(0, code) if fleet.stop is None else replace(fleet.stop, stage=fleet.stop.stage + 1)
    orders: tuple[Order, ...] = (Tell("info", "stopping", {"stage": stop.stage}), EndErrand())
    stopping = replace(fleet, stop=stop, reloads=replace(fleet.reloads, queued=None))
    if fleet.reloads.incoming is not None:
        stopping, more = conclude(stopping, fleet.reloads.incoming.plan, "the daemon stops", now)
        orders += more
    for pool in fleet.pools.values():
        change = change_of_stage(stop.stage, now + fleet.terms[pool.name].drain_ms)
        stopping, more = with_pool(stopping, *pools.everyone(pool, change, now, roll))
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


def last_services(fleet: Fleet, stop: Stop, now: int) -> tuple[str, ...]:
    """Who goes once the last worker is gone: the courier when it owes no answer, then the engine.

    One that finds no way to answer is not waited for.
    """
    patience = OWED_MS if stop.stage < 2 else 0
    if fleet.owed and fleet.empty_since is not None and now < fleet.empty_since + patience:
        return (WEB,)
    courier = fleet.services.get(COURIER)
    over = courier is None or isinstance(courier.state, Closed)
    return (WEB, ENGINE) if over else (WEB, COURIER)


def wind_down(fleet: Fleet, stop: Stop, now: int) -> Step:
    """Close the zygote; once the last worker is gone, the rest; then finish."""
    empty = not any(pool.workers for pool in fleet.pools.values())
    if empty and fleet.empty_since is None:
        fleet = replace(fleet, empty_since=now)
    zygotes = [name for name in fleet.services if generation_of(name) is not None]
    doomed = [*zygotes, *(last_services(fleet, stop, now) if empty else ())]
    orders: tuple[Order, ...] = ()
    for name in doomed:
        if name in fleet.services:
            fleet, more = hear_service(fleet, name, Close(), now, 0.5)
            orders += more
    if empty and all(isinstance(service.state, Closed) for service in fleet.services.values()):
        return fleet, (*orders, Finish(stop.code))
    return fleet, orders
