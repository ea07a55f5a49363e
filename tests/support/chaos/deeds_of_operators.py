"""What operators do all day, and what must therefore cost nothing: reloads, scaling, restarts."""

from chaos.deeds_to_processes import host_for
from chaos.host import Host
from chaos.world import World

from flowyd.control import client
from flowyd.control.client import ControlError, NotRunning
from flowyd.control.protocol import OfPool, Restart, Scale

POOL = "chaos_activities"


def good_reload(world: World, situation: str) -> None:
    """Deploy a good release."""
    host = host_for(world, situation)
    world.aim(situation, host)
    met = world.present(host)
    world.begin_reload(host)
    world.hit("good reload", met)
    world.pause(0.5)


def bad_reload(world: World, situation: str) -> None:
    """Deploy a release that does not load; then the good one is put back."""
    host = host_for(world, situation)
    world.aim(situation, host)
    met = world.present(host)
    host.release(world.generation, broken=True)
    number = host.reload()
    if number is not None:
        world.hit("bad reload", met)
        world.until("the bad release is answered", lambda: host.reloaded(number), 60)
        status = host.status()
        if status is not None and status.reload.ok:
            world.faults.append(f"a bad release was taken: {status.reload}")
    host.release(world.generation)


def operate(world: World, situation: str, kind: str, host: Host, request: OfPool) -> None:
    """Have a daemon do something, if it can be asked now."""
    world.aim(situation, host)
    met = world.present(host)
    try:
        client.operate(host.run_dir, request)
    except (NotRunning, ControlError):
        return
    world.hit(kind, met)
    world.pause(0.4)


def scale(world: World, situation: str) -> None:
    """Give a pool another size."""
    host = host_for(world, situation)
    size = world.chance.randint(1, 4)
    operate(world, situation, "scale", host, Scale(pool=POOL, processes=size))


def restart(world: World, situation: str) -> None:
    """Replace the workers of a pool."""
    host = host_for(world, situation)
    operate(world, situation, "restart", host, Restart(pool=POOL))


def drain_in_flight(world: World, situation: str) -> None:
    """Replace the workers of a pool while the answers to their polls are on their way."""
    host = host_for(world, situation)
    late = {"kind": "delay", "operation": "PollForActivityTask", "milliseconds": 400}
    world.engine.inject(late)
    world.pause(0.6)
    operate(world, situation, "drain in flight", host, Restart(pool=POOL))
    world.pause(0.6)
    world.engine.inject()
