"""Faults of processes: killed, or stopped for a while."""

import signal

from chaos import situations
from chaos.host import Host
from chaos.processes import came_from, send, state_of
from chaos.situations import DECISION, Seen
from chaos.world import World


def host_for(world: World, situation: str) -> Host:
    """A host on which that can be met: only one has deciders."""
    return world.both if situation == DECISION else world.chance.choice(world.hosts)


def hold_worker(world: World, situation: str) -> tuple[Seen, set[str]] | None:
    """Stop a worker in that situation; it and what it met, as it stands still."""
    host = host_for(world, situation)
    world.aim(situation, host)
    found = world.workers(host.name)
    fitting = [worker for worker in found if worker.situation == situation] or found
    world.chance.shuffle(fitting)
    for worker in fitting:
        if send(worker.pid, signal.SIGSTOP):
            still = situations.seen(world.home / "now" / str(worker.pid))
            if still is not None:
                return still, {still.situation} | world.reloading(host)
            send(worker.pid, signal.SIGCONT)
    return None


def kill_worker(world: World, situation: str) -> None:
    """SIGKILL a worker."""
    held = hold_worker(world, situation)
    if held is not None:
        world.kill(held[0].pid)
        world.hit("kill worker", held[1])
        world.pause(0.2)


def freeze_worker(world: World, situation: str) -> None:
    """SIGSTOP a worker, for less than its heartbeat lasts."""
    held = hold_worker(world, situation)
    if held is not None:
        world.hit("freeze worker", held[1])
        world.pause(world.chance.uniform(0.3, 1.0))
        send(held[0].pid, signal.SIGCONT)


def kill_child(world: World, situation: str, name: str) -> None:
    """SIGKILL a supervised child, which comes back."""
    host = host_for(world, situation)
    world.aim(situation, host)
    pids, met = host.children(name), world.present(host)
    if pids and send(world.chance.choice(pids), signal.SIGKILL):
        world.hit(f"kill {name}", met)
        world.pause(0.3)


def freeze_child(world: World, situation: str, name: str) -> None:
    """SIGSTOP a supervised child for a while."""
    host = host_for(world, situation)
    world.aim(situation, host)
    pids, met = host.children(name), world.present(host)
    pid = world.chance.choice(pids) if pids else 0
    if pid and send(pid, signal.SIGSTOP):
        world.hit(f"freeze {name}", met)
        world.pause(world.chance.uniform(0.3, 1.0))
        send(pid, signal.SIGCONT)


def kill_supervisor(world: World, situation: str) -> None:
    """SIGKILL a supervisor; then as systemd does with KillMode=mixed, or as a plain shell does."""
    host = host_for(world, situation)
    world.aim(situation, host)
    met, before = world.present(host), [worker.pid for worker in world.workers(host.name)]
    host.kill()
    world.hit("kill supervisor", met)
    if world.chance.random() < 0.5:
        world.killed.update(before)
        kill_the_rest(world, host)
    host.start()
    host.until("it answers again", lambda status: True)
    world.pause(0.5)


def stop_supervisor(world: World, situation: str) -> None:
    """Stop a daemon in order and start it again: no task is cut before the drain's deadline."""
    host = host_for(world, situation)
    world.aim(situation, host)
    met = world.present(host)
    send(host.pid, signal.SIGTERM)
    world.hit("stop supervisor", met)
    world.until("it has stopped", lambda: not host.is_running, 60)
    host.start()
    host.until("it answers again", lambda status: True)
    world.pause(0.5)


def kill_the_rest(world: World, host: Host) -> None:
    """SIGKILL all that a dead supervisor has left: its control group."""
    mine = f"FLOWY_CHAOS_HOST={host.name}"
    while left := [pid for pid in came_from(world.marker, mine) if state_of(pid) != "X"]:
        world.kill(*left)


def freeze_supervisor(world: World, situation: str) -> None:
    """SIGSTOP a supervisor for a while; its workers go on."""
    host = host_for(world, situation)
    world.aim(situation, host)
    met = world.present(host)
    if send(host.pid, signal.SIGSTOP):
        world.hit("freeze supervisor", met)
        world.wait(world.chance.uniform(0.5, 2.0))
        send(host.pid, signal.SIGCONT)
