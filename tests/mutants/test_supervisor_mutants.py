"""Bugs planted into a copy of the daemon: the chaos suite must catch each of them.

`make mutants` and `make chaos` try all of them, a plain run one.
"""

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from mutation import FAILED, ROOT, copy_tree, mutate, run_tests

MUTANTS = {
    mutant["name"]: mutant
    for mutant in tomllib.loads(Path(__file__).with_name("supervisor.toml").read_text())["mutant"]
}
SAMPLE = ("poll_dropped_at_drain",)
TRIED = tuple(MUTANTS) if os.environ.get("FLOWY_MUTANTS") == "all" else SAMPLE
SUITE = "tests/chaos"
SHORT = {"FLOWY_CHAOS_WORKFLOWS": "20", "FLOWY_CHAOS_ROUNDS": "8"}


def mutated(name: str) -> Iterator[tuple[str, str]]:
    """Each file that a mutant changes, and its new text."""
    texts: dict[str, str] = {}
    for edit in MUTANTS[name]["edit"]:
        file = edit["file"]
        text = texts.get(file) or (ROOT / file).read_text()
        texts[file] = mutate(text, edit["old"], edit["new"])
    yield from texts.items()


@pytest.mark.parametrize("name", MUTANTS)
def test_mutant_applies_to_the_workers_or_the_supervisor(name: str) -> None:
    for file, text in mutated(name):
        assert {Path("flowy/worker"), Path("flowyd")} & set(Path(file).parents)
        compile(text, file, "exec")


@pytest.mark.parametrize("name", TRIED)
def test_the_chaos_suite_catches_the_mutant(name: str, tmp_path: Path) -> None:
    mutant = MUTANTS[name]
    tree = copy_tree(tmp_path, "flowyd", SUITE)
    for file, text in mutated(name):
        (tree / file).write_text(text)
    settings = SHORT | {"FLOWY_CHAOS_KINDS": mutant["kinds"]}
    run = run_tests(tree, f"{SUITE}/test_chaos.py", timeout=280, **settings)
    assert run.returncode == FAILED, f"{mutant['why']} Nothing saw it.\n{run.stdout[-2000:]}"
    assert mutant["says"] in run.stdout, run.stdout[-2000:]
