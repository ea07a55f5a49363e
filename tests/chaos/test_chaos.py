"""Whatever is killed, stopped, filled or deployed: everything is done, and done once.

A plain run takes about a minute; `make chaos` runs 2,000 workflows and meets each situation often.
"""

import os
import sys

import pytest
from chaos.run import faults, orphans, play, report
from chaos.schedule import DEEDS, missing, schedule

WORKFLOWS = int(os.environ.get("FLOWY_CHAOS_WORKFLOWS", "60"))
ROUNDS = int(os.environ.get("FLOWY_CHAOS_ROUNDS", "1"))
SEED = int(os.environ.get("FLOWY_CHAOS_SEED", "1"))
KINDS = tuple(filter(None, os.environ.get("FLOWY_CHAOS_KINDS", "").split(","))) or tuple(DEEDS)
LEAST = int(os.environ.get("FLOWY_CHAOS_LEAST", "0"))


@pytest.mark.timeout(7200)
def test_everything_is_done_once_whatever_happens(make_world, capsys):
    world = make_world(WORKFLOWS, 12, SEED)
    play(world, schedule(world, KINDS, ROUNDS, LEAST))
    found = faults(world)
    with capsys.disabled():
        sys.stdout.write(f"\nchaos, seed {SEED}\n{report(world)}\n")
    assert not found, "\n".join(found[:20])
    assert world.watch.grown > 10
    assert world.stop() == [0, 0]
    world.until("nothing is left", lambda: not orphans(world), 20)
    assert not list(missing(world, KINDS, LEAST))
