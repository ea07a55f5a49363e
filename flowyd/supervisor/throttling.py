"""What polls that fail for one worker mean to its whole pool. Pure."""

from dataclasses import replace

from flowyd.supervisor import pacing
from flowyd.supervisor.fleet import Fleet, Step
from flowyd.supervisor.orders import Order, PacePolls
from flowyd.supervisor.pools import Pool
from flowyd.supervisor.services import ENGINE


def hear_polls(fleet: Fleet, name: str, *, throttled: bool, now: int, roll: float) -> Step:
    """Polls of a pool failed: all of its workers slow down."""
    pool = fleet.pools.get(name)
    if pool is None:
        return fleet, ()
    return with_pace(fleet, pool, pacing.complain(pool.pace, throttled=throttled, now=now), roll)


def cool_polls(fleet: Fleet, now: int, roll: float) -> Step:
    """Let the pools whose polls go well again poll faster."""
    local, orders = ENGINE in fleet.services, list[Order]()
    for pool in fleet.pools.values():
        fleet, more = with_pace(fleet, pool, pacing.cool(pool.pace, now, local=local), roll)
        orders += more
    return fleet, tuple(orders)


def with_pace(fleet: Fleet, pool: Pool, pace: pacing.Pace, roll: float) -> Step:
    """The fleet with a pool's pace replaced, and its workers told if that changes their wait."""
    if pace == pool.pace:
        return fleet, ()
    local = ENGINE in fleet.services
    before, after = pacing.delay(pool.pace, local=local), pacing.delay(pace, local=local)
    paced = replace(fleet, pools={**fleet.pools, pool.name: replace(pool, pace=pace)})
    return paced, ((PacePolls(pool.name, after, roll),) if after != before else ())
