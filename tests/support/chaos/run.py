"""A whole run: the schedule, the wait for the last execution, the verdict and the report."""

import json
from collections import Counter
from collections.abc import Iterator

from chaos import ledger, verdict
from chaos.calls import executions, history
from chaos.host import Host
from chaos.processes import came_from
from chaos.schedule import Deed
from chaos.situations import SITUATIONS
from chaos.world import World

SETTLE_SECONDS = 90.0


def play(world: World, deeds: Iterator[tuple[Deed, str]], settle: float = SETTLE_SECONDS) -> None:
    """Do everything, and wait until all work has ended."""
    for deed, situation in deeds:
        deed(world, situation)
        world.breathe()
    world.engine.inject()
    for host in world.hosts:
        renew(world, host)
    world.feed.needed = False
    world.until("every execution has ended", world.all_closed, settle)


def renew(world: World, host: Host) -> None:
    """After all that a daemon takes one more release, and works as it is told to."""
    host.until("it works", lambda status: status.ready)  # a rejected reload makes it degraded
    world.begin_reload(host)
    host.until("the last release is at work", lambda status: not status.reload.stage)
    status = host.until_ready()
    if not status.reload.ok:
        world.faults.append(f"{host.name} refused the last release: {status.reload}")


def faults(world: World) -> list[str]:
    """All that is wrong after a run."""
    return [*faults_of_executions(world), *world.watch.faults, *world.faults]


def faults_of_executions(world: World) -> Iterator[str]:
    """What is wrong with executions, each by its history and the ledger."""
    noted = ledger.read(world.home / "ledger")
    excuses = verdict.Excuses(frozenset(world.killed), tuple(world.lost_polls))
    found = executions(world.engine.port)
    runs = Counter(each["execution"]["workflowId"] for each in found)
    if set(runs) != set(world.feed.started):
        yield f"started {len(world.feed.started)} executions, the engine has {len(runs)}"
    yield from (f"{name} ran {count} times" for name, count in runs.items() if count != 1)
    for each in found:
        name = each["execution"]["workflowId"]
        events = history(world.engine.port, each["execution"])
        for fault in verdict.judge(name, events, noted, excuses):
            yield f"{name}: {fault}"
        if not right(events, world.feed.started[name]):
            yield f"{name}: a wrong result: {events[-1]}"


def right(events: list[dict[str, object]], number: int) -> bool:
    """Whether the result is the sum of the ten numbers."""
    told = verdict.attributes(events[-1]).get("result", "null")
    return bool(json.loads(told) == 10 * number + 45)


def orphans(world: World) -> list[str]:
    """The processes that outlived both daemons and the engine."""
    return list(came_from(world.marker).values())


def report(world: World) -> str:
    """What was done and what it met, a line for each kind."""
    width = max(map(len, world.done), default=4)
    head = f"{'':{width}}   done  " + "  ".join(SITUATIONS)
    lines = [
        f"{kind:{width}}  {world.done[kind]:5}  "
        + "  ".join(f"{world.hits[kind, each]:{len(each)}}" for each in SITUATIONS)
        for kind in sorted(world.done)
    ]
    skipped = [f"{kind}: skipped, {why}" for kind, why in world.skipped.items()]
    total = f"{len(world.feed.started)} executions, {world.watch.scrapes} scrapes"
    return "\n".join([total, head, *lines, *skipped])
