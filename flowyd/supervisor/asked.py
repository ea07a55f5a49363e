"""What a request over the control socket means to the machine, or why it is refused. Pure."""

from collections.abc import Iterator
from typing import assert_never

from flowyd.control import protocol
from flowyd.supervisor import news
from flowyd.supervisor.fleet import Fleet
from flowyd.supervisor.orders import WorkerId
from flowyd.supervisor.pools import pid_of
from flowyd.supervisor.states import State


def operation_of(request: protocol.OfPool, fleet: Fleet) -> news.Operation:
    """The event of a request.

    Raises:
        Refused: for a pool or slot that does not exist, and while the daemon stops.
    """
    if fleet.stop is not None:
        raise protocol.Refused("the daemon stops")
    known = [name for name in fleet.pools if name not in fleet.removed]
    if request.pool not in known:
        names = ", ".join(known)
        raise protocol.Refused(f"there is no pool {request.pool!r}; there are: {names}")
    match request:
        case protocol.Pause(pool=pool):
            return news.PauseAsked(pool)
        case protocol.Resume(pool=pool):
            return news.ResumeAsked(pool)
        case protocol.Scale(pool=pool, processes=processes):
            return news.ScaleAsked(pool, processes)
        case protocol.Restart(pool=pool, slot=slot):
            if slot is not None and slot >= fleet.pools[pool].wanted:
                slots = fleet.pools[pool].wanted
                raise protocol.Refused(f"the pool {pool!r} has no slot {slot}: it has {slots}")
            return news.RestartAsked(pool, slot)
        case _:
            assert_never(request)


def shown_by(request: protocol.Stacks, fleet: Fleet) -> Iterator[tuple[WorkerId, int, State]]:
    """The workers, with their pids, whose stacks are asked for.

    Raises:
        Refused: for a pool that does not exist, or a slot without a worker.
    """
    if request.pool is not None and request.pool not in fleet.pools:
        names = ", ".join(fleet.pools)
        raise protocol.Refused(f"there is no pool {request.pool!r}; there are: {names}")
    found = [
        (WorkerId(pool.name, *key), pid, state)
        for pool in fleet.pools.values()
        for key, state in sorted(pool.workers.items(), key=lambda item: item[0])
        if request.pool in {None, pool.name} and request.slot in {None, key.slot}
        if (pid := pid_of(state)) is not None
    ]
    if not found and request.slot is not None:
        raise protocol.Refused(f"no worker is in slot {request.slot} of the pool {request.pool!r}")
    yield from found
