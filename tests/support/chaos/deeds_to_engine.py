"""Faults of the service: killed, stopped, full, slow to understand, and clocks that jump."""

import contextlib
import os
import signal
import time
from pathlib import Path

from chaos.processes import send
from chaos.situations import POLL
from chaos.world import World

WORKERS_CALLS = ("Poll*", "Respond*", "Record*")
"""Never what the suite itself calls: who has asked twice is not to wonder at two."""


def kill_engine(world: World, situation: str) -> None:
    """SIGKILL the engine; its supervisor starts it again."""
    world.aim(situation)
    since = time.time()
    met = world.present()
    world.engine.kill()
    world.hit("kill engine", met)
    world.pause(world.chance.uniform(0.0, 0.5))
    world.engine.start()
    world.polls_may_be_lost(since)
    world.pause(0.3)


def freeze_engine(world: World, situation: str) -> None:
    """SIGSTOP the engine for a while."""
    world.aim(situation)
    met = world.present()
    send(world.engine.pid, signal.SIGSTOP)
    world.hit("freeze engine", met)
    world.wait(world.chance.uniform(0.3, 1.0))
    send(world.engine.pid, signal.SIGCONT)


def inject(world: World, situation: str, kind: str) -> None:
    """A fault for every third call of the workers, for a while."""
    world.aim(situation)
    since, met = time.time(), world.present()
    rules = [{"kind": kind, "operation": name, "probability": 0.3} for name in WORKERS_CALLS]
    world.engine.inject(*rules)
    world.hit(kind, met)
    world.pause(world.chance.uniform(0.3, 0.8))
    world.engine.inject()
    if kind == "reset_after":
        world.polls_may_be_lost(since)


def ghost_polls(world: World, situation: str) -> None:
    """Polls outlive their clients, and the task goes to nobody: a poller is killed meanwhile."""
    since = time.time()
    world.engine.inject({"kind": "ghost_polls", "operation": "Poll*"})
    world.pause(0.3)
    world.aim(situation)
    met = world.present()
    idle = [worker.pid for worker in world.workers() if worker.situation == POLL]
    if idle:
        world.kill(world.chance.choice(idle))
        world.hit("ghost_polls", met)
    world.pause(0.3)
    world.engine.inject()
    world.polls_may_be_lost(since)


def fill(directory: Path) -> Path | None:
    """Fill the disk of a directory to the last byte; None where there is no small one."""
    if not os.path.ismount(directory):
        return None
    ballast = directory / "ballast"
    chunk = b"x" * 65536
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(chunk)
    with contextlib.suppress(OSError), ballast.open("ab", buffering=0) as file:
        while file.write(b"x" * 512):
            pass
    return ballast


def full_disk(world: World, situation: str) -> None:
    """Fill the disk of the engine, or of a daemon's state, for a while."""
    place = world.chance.choice(
        [world.engine.directory, *(h.directory / "state" for h in world.hosts)]
    )
    world.aim(situation)
    met = world.present()
    ballast = fill(place)
    if ballast is None:
        world.skipped["full disk"] = "only root can mount a small one"
        return
    world.hit("full disk", met)
    world.pause(world.chance.uniform(0.3, 1.0))
    ballast.unlink()
    world.pause(0.2)


def clock_step(world: World, situation: str) -> None:
    """Step the wall clock of a daemon by up to a day, or of the engine by less than a second."""
    if world.preload is None:
        world.skipped["clock step"] = "no C compiler: a clock is set by preloaded code"
        return
    world.aim(situation)
    met = world.present()
    name = world.chance.choice(["both", "acts", "engine"])
    most = 2 if name == "engine" else 86_400
    world.step_clock(name, world.chance.randint(-most, most))
    world.hit("clock step", met)
    world.pause(0.3)
