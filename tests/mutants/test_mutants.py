"""Faults that are seeded into a copy of the engine: the conformance suite must see each of them.

`make mutants` tries all of them, a plain run a sample of three.
"""

import os
import tomllib
from pathlib import Path

import pytest
from mutation import FAILED, ROOT, copy_tree, mutate, run_tests

MUTANTS = {
    mutant["name"]: mutant
    for mutant in tomllib.loads(Path(__file__).with_name("mutants.toml").read_text())["mutant"]
}
SAMPLE = ("close_in_spite_of_news", "heartbeat_does_not_reset", "last_come_first_served")
TRIED = tuple(MUTANTS) if os.environ.get("FLOWY_MUTANTS") == "all" else SAMPLE
SUITE = "tests/conformance"


def test_there_are_thirty_of_them() -> None:
    assert len(MUTANTS) >= 30
    assert set(SAMPLE) <= set(MUTANTS)


@pytest.mark.parametrize("name", MUTANTS)
def test_mutant_applies_to_the_core_or_the_operations(name: str) -> None:
    mutant = MUTANTS[name]
    engine = Path("flowy/engine")
    assert {engine / "core", engine / "operations"} & set(Path(mutant["file"]).parents)
    text = (ROOT / mutant["file"]).read_text()
    compile(mutate(text, mutant["old"], mutant["new"]), mutant["file"], "exec")


def test_the_copy_without_a_mutant_passes(tmp_path: Path) -> None:
    run = run_tests(copy_tree(tmp_path, SUITE), f"{SUITE}/test_pages.py")
    assert run.returncode == 0, run.stdout[-2000:]


@pytest.mark.parametrize("name", TRIED)
def test_mutant_is_seen(name: str, tmp_path: Path) -> None:
    mutant = MUTANTS[name]
    tree = copy_tree(tmp_path, SUITE)
    where = tree / mutant["file"]
    where.write_text(mutate(where.read_text(), mutant["old"], mutant["new"]))
    run = run_tests(tree, f"{SUITE}/{mutant['tests']}.py")
    assert run.returncode == FAILED, f"{mutant['why']} No test saw it.\n{run.stdout[-2000:]}"
