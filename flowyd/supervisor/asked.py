"""What a request over the control socket means to the machine, or why it is refused. Pure."""

from typing import assert_never

from flowyd.control import protocol
from flowyd.supervisor import news
from flowyd.supervisor.fleet import Fleet


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
