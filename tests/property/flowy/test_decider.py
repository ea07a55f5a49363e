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
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from simulator import counts
from simulator.elsewhere import Elsewhere
from simulator.programs import programs
from simulator.simulation import Simulation

EXAMPLES = int(os.environ.get("FLOWY_PROPERTY_EXAMPLES", "250"))
"""A short form for each test run; `make property` is the long one."""
PHASES = [Phase.generate, Phase.shrink]
if os.environ.get("FLOWY_PROPERTY_SHRINK") == "no":  # a mutant need only be seen
    PHASES.remove(Phase.shrink)


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    hash_seed = 1 if os.environ.get("PYTHONHASHSEED") != "1" else 2
    with Elsewhere(hash_seed) as process:
        yield process


@pytest.mark.timeout(max(300, EXAMPLES))
def test_all_ways_of_deciding_say_the_same_whatever_happens(
    elsewhere: Elsewhere, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: Counter[str] = Counter()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=PHASES,
        suppress_health_check=list(HealthCheck),
    )
    @given(program=programs(), seed=st.integers(0, 2**32))
    def simulate(program: Any, seed: int) -> None:
        Simulation(program, seed, seen, elsewhere).run()

    simulate()
    with capsys.disabled():
        sys.stdout.write(f"\n{EXAMPLES} programs\n{counts.table(seen)}\n")
    few = counts.too_few(seen, counts.bar_of(EXAMPLES))
    assert not few, f"drawn too seldom to mean anything: {few}"
