"""The seeded schedule: which deed, aimed at which situation, in which order."""

from collections.abc import Callable, Iterator
from functools import partial

from chaos import deeds_of_operators as operators
from chaos import deeds_to_engine as service
from chaos import deeds_to_processes as child
from chaos.situations import SITUATIONS
from chaos.world import World

Deed = Callable[[World, str], None]
MORE = 4
"""How often a deed may miss what it aims at, for each time that it must meet it."""
DEEDS: dict[str, Deed] = {
    "kill worker": child.kill_worker,
    "freeze worker": child.freeze_worker,
    "kill zygote": partial(child.kill_child, name="zygote"),
    "freeze zygote": partial(child.freeze_child, name="zygote"),
    "kill courier": partial(child.kill_child, name="courier"),
    "freeze courier": partial(child.freeze_child, name="courier"),
    "kill supervisor": child.kill_supervisor,
    "stop supervisor": child.stop_supervisor,
    "freeze supervisor": child.freeze_supervisor,
    "kill engine": service.kill_engine,
    "freeze engine": service.freeze_engine,
    "throttle": partial(service.inject, kind="throttle"),
    "reset_before": partial(service.inject, kind="reset_before"),
    "reset_after": partial(service.inject, kind="reset_after"),
    "error": partial(service.inject, kind="error"),
    "ghost_polls": service.ghost_polls,
    "full disk": service.full_disk,
    "clock step": service.clock_step,
    "good reload": operators.good_reload,
    "bad reload": operators.bad_reload,
    "scale": operators.scale,
    "restart": operators.restart,
    "drain in flight": operators.drain_in_flight,
}


def schedule(
    world: World, kinds: tuple[str, ...], rounds: int, least: int
) -> Iterator[tuple[Deed, str]]:
    """Each kind in each round; in the nth round they aim at the nth situation.

    After that whatever has met a situation less than `least` times, for as long as it may take.
    """
    for number in range(rounds):
        shuffled = list(kinds)
        world.chance.shuffle(shuffled)
        for place, kind in enumerate(shuffled):
            yield DEEDS[kind], SITUATIONS[(number + place) % len(SITUATIONS)]
    for _ in range(MORE * least):
        for kind, situation in missing(world, kinds, least):
            yield DEEDS[kind], situation


def missing(world: World, kinds: tuple[str, ...], least: int) -> Iterator[tuple[str, str]]:
    """What was met less often than it should."""
    for kind in kinds:
        for situation in SITUATIONS:
            if kind not in world.skipped and world.hits[kind, situation] < least:
                yield kind, situation
