"""Faults that are seeded into a copy of the decider: the simulator must see each of them.

`make mutants` tries all of them, a plain run one.
"""

import os
import tomllib
from pathlib import Path

import pytest
from mutation import FAILED, ROOT, copy_tree, mutate, run_tests

MUTANTS = {
    mutant["name"]: mutant
    for mutant in tomllib.loads(Path(__file__).with_name("decider.toml").read_text())["mutant"]
}
SAMPLE = ("kept_without_its_completed",)
TRIED = tuple(MUTANTS) if os.environ.get("FLOWY_MUTANTS") == "all" else SAMPLE
SUITE = "tests/property/flowy"
PROGRAMS = {"FLOWY_PROPERTY_PROGRAMS": "1500", "FLOWY_PROPERTY_SHRINK": "no"}


@pytest.mark.parametrize("name", MUTANTS)
def test_mutant_applies_to_the_decider(name: str) -> None:
    mutant = MUTANTS[name]
    assert Path("flowy/decider") in Path(mutant["file"]).parents
    text = (ROOT / mutant["file"]).read_text()
    compile(mutate(text, mutant["old"], mutant["new"]), mutant["file"], "exec")


@pytest.mark.parametrize("name", TRIED)
def test_the_simulator_sees_the_mutant(name: str, tmp_path: Path) -> None:
    mutant = MUTANTS[name]
    tree = copy_tree(tmp_path, SUITE)
    where = tree / mutant["file"]
    where.write_text(mutate(where.read_text(), mutant["old"], mutant["new"]))
    run = run_tests(tree, f"{SUITE}/test_decider.py", timeout=280, **PROGRAMS)
    assert run.returncode == FAILED, f"{mutant['why']} Nothing saw it.\n{run.stdout[-2000:]}"
    assert "Simulation(" in run.stdout, run.stdout[-2000:]
