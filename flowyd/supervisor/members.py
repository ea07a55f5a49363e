"""News for one member of the fleet: its step, its orders and its lines in the log. Pure."""

from dataclasses import replace
from typing import assert_never

from flowy.errors import Fault
from flowyd.supervisor import services
from flowyd.supervisor.fleet import Fleet, Step
from flowyd.supervisor.orders import (
    CloseWorker,
    LaunchService,
    MarkBoard,
    Order,
    SendSignal,
    Tell,
    WorkerId,
)
from flowyd.supervisor.policy import FAILURES
from flowyd.supervisor.pools import Key, Pool
from flowyd.supervisor.states import Action, Forget, Mark, Send


def with_pool(fleet: Fleet, pool: Pool, actions: tuple[tuple[Key, Action], ...]) -> Step:
    """The fleet with a pool replaced, and the pool's actions addressed."""
    orders: list[Order] = []
    owed = set(fleet.owed)
    for key, action in actions:
        worker = WorkerId(pool.name, key.slot, key.spawn)
        match action:
            case Send(pid, sign):
                orders.append(SendSignal(pid, sign))
            case Mark(until, cut):
                orders.append(MarkBoard(worker, until, cut))
            case Forget(exit_):
                orders.append(CloseWorker(worker, exit_))
                owed.add(worker)
            case _:
                assert_never(action)
    told = tell_changes(fleet.pools[pool.name], pool)
    pools = {**fleet.pools, pool.name: pool}
    return replace(fleet, pools=pools, owed=frozenset(owed)), (*orders, *told)


def tell_changes(before: Pool, after: Pool) -> tuple[Tell, ...]:
    """Log lines for what an operator wants to know of a pool."""
    told: list[Tell] = []
    if after.last_exit is not None and after.last_exit is not before.last_exit:
        last = after.last_exit
        bad = last.exit.kind in FAILURES
        fields = {"pool": after.name, "slot": last.slot, "worker_pid": last.pid}
        fields |= {"exit": last.exit.kind.value, "code": last.exit.code}
        told.append(Tell("warning" if bad else "info", "worker gone", fields))
    if after.hold is not None and before.hold is None:
        told.append(Tell("error", "pool held", {"pool": after.name, "why": after.hold.why}))
    if after.served and not before.served:
        told.append(Tell("info", "pool ready", {"pool": after.name, "workers": after.wanted}))
    return tuple(told)


def hear_service(fleet: Fleet, name: str, change: services.Event, now: int, roll: float) -> Step:
    """One exec'd child's news."""
    before = fleet.services[name]
    after, actions = before.hear(change, now, roll)
    orders: list[Order] = []
    for action in actions:
        match action:
            case Send(pid, sign):
                orders.append(SendSignal(pid, sign))
            case services.Launch():
                orders.append(LaunchService(name))
            case _:
                assert_never(action)
    if after.restarts != before.restarts:
        fields = {"child": name, "code": after.last_code}
        orders.append(Tell("warning", "child gone; starting it again", fields))
    return replace(fleet, services={**fleet.services, name: after}), tuple(orders)


def tell_fault(fault: Fault) -> Tell:
    """A fault as a line of the log."""
    level = "error" if fault.severity == "error" else "warning"
    return Tell(level, fault.message, {"where": fault.where, "hint": fault.hint})
