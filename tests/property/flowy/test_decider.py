"""Random workflows on the real engine core: every way of deciding them says the same.

A program is drawn as data and run by one workflow class; the engine's core plays Amazon SWF, and
chance says which task ends when and how, which answers are lost, what arrives meanwhile. Each
decision is made by a fresh execution, by one that is kept, and by one that is evicted at random
while other workers decide. Each finished history is decided again, turn by turn, cold and as a
whole, in another process with another hash seed. All of them say the same, byte for byte.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from random import Random, SystemRandom

import pytest
from simulator import counts
from simulator.elsewhere import Elsewhere
from simulator.programs import Program, draw, shrunk
from simulator.simulation import Simulation

PROGRAMS = int(os.environ.get("FLOWY_PROPERTY_PROGRAMS", "300"))
"""A short form for each test run; `make property` is the long one."""
SEED = int(os.environ.get("FLOWY_PROPERTY_SEED", "0"))
"""The short form plays the same programs each time; -1 plays others."""
SHRINKS = os.environ.get("FLOWY_PROPERTY_SHRINK") != "no"


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    hash_seed = 1 if os.environ.get("PYTHONHASHSEED") != "1" else 2
    with Elsewhere(hash_seed) as process:
        yield process


def trouble(
    program: Program, seed: int, elsewhere: Elsewhere, seen: Counter[str] | None = None
) -> str:
    """What is wrong with a program, or nothing."""
    try:
        Simulation(program, seed, Counter() if seen is None else seen, elsewhere).run()
    except Exception as error:  # noqa: BLE001  # any of them is shrunk, and shown with its program
        return f"{type(error).__name__}: {error}"
    return ""


@pytest.mark.timeout(max(300, PROGRAMS))
def test_all_ways_of_deciding_say_the_same_whatever_happens(
    elsewhere: Elsewhere, capsys: pytest.CaptureFixture[str]
) -> None:
    begin = SystemRandom().randrange(2**32) if SEED < 0 else SEED
    seen: Counter[str] = Counter()
    for seed in range(begin, begin + PROGRAMS):
        program = draw(Random(seed))
        if told := trouble(program, seed, elsewhere, seen):
            if SHRINKS:
                program = shrunk(program, partial(trouble, seed=seed, elsewhere=elsewhere))
                told = trouble(program, seed, elsewhere)
            pytest.fail(f"Simulation({program!r}, {seed}, Counter()).run()\n{told}")
    with capsys.disabled():
        sys.stdout.write(f"\n{PROGRAMS} programs from seed {begin}\n{counts.table(seen)}\n")
    few = counts.too_few(seen, counts.bar_of(PROGRAMS))
    assert not few, f"drawn too seldom to mean anything: {few}"
