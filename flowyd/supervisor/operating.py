"""What an operator does to one pool: pause, resume, scale, restart. Pure."""

from typing import assert_never

from flowyd.supervisor import pools
from flowyd.supervisor.fleet import Fleet, Step
from flowyd.supervisor.members import with_pool
from flowyd.supervisor.news import (
    Operation,
    PauseAsked,
    RestartAsked,
    ResumeAsked,
    ScaleAsked,
)
from flowyd.supervisor.orders import Tell


def operate(fleet: Fleet, operation: Operation, now: int, roll: float) -> Step:
    """Apply it; a daemon that stops, or a pool that a reload removed, is past all of these."""
    if fleet.stop is not None or operation.pool in fleet.removed:
        return fleet, ()
    pool = fleet.pools[operation.pool]
    match operation:
        case PauseAsked():
            word, steps = "paused", pools.pause(pool, now, roll)
        case ResumeAsked():
            word, steps = "resumed", (pools.resume(pool), ())
        case ScaleAsked(processes=processes):
            word, steps = f"scaled to {processes}", pools.scale(pool, processes, now, roll)
        case RestartAsked(slot=slot):
            word, steps = "restarting", pools.restart(pool, slot, now, roll)
        case _:
            assert_never(operation)
    operated, orders = with_pool(fleet, *steps)
    return operated, (Tell("info", f"pool {word}", {"pool": pool.name}), *orders)
