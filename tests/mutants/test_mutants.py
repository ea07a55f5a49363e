"""Faults that are seeded into a copy of the engine: the conformance suite must see each of them.

`make mutants` tries all of them, a plain run a sample of three.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MUTANTS = {
    mutant["name"]: mutant
    for mutant in tomllib.loads(Path(__file__).with_name("mutants.toml").read_text())["mutant"]
}
SAMPLE = ("close_in_spite_of_news", "heartbeat_does_not_reset", "last_come_first_served")
TRIED = tuple(MUTANTS) if os.environ.get("FLOWY_MUTANTS") == "all" else SAMPLE
COPIED = ("flowy", "tests/conformance", "tests/support", "tests/conftest.py", "tests/replay")
FAILED = 1
"""pytest's exit status when tests ran and some failed; another one is no verdict."""


def copy_tree(where: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, where / name, ignore=ignored)
        else:
            shutil.copy(source, where / name)
    shutil.copy(ROOT / "pyproject.toml", where)
    return where


def run_tests(tree: Path, tests: str) -> subprocess.CompletedProcess[str]:
    """Run one file of the suite, up to its first failure, on the copy's own engine."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "FLOWY_"))}
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-x", "-q", "--tb=line", "-p", "no:cacheprovider"),
            "--timeout=60",
            f"tests/conformance/{tests}.py",
        ],
        cwd=tree,
        env=environment | {"PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )


def mutate(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, f"the mutant applies to {text.count(old)} places, not to one"
    return text.replace(old, new)


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
    run = run_tests(copy_tree(tmp_path), "test_pages")
    assert run.returncode == 0, run.stdout[-2000:]


@pytest.mark.parametrize("name", TRIED)
def test_mutant_is_seen(name: str, tmp_path: Path) -> None:
    mutant = MUTANTS[name]
    tree = copy_tree(tmp_path)
    where = tree / mutant["file"]
    where.write_text(mutate(where.read_text(), mutant["old"], mutant["new"]))
    run = run_tests(tree, mutant["tests"])
    assert run.returncode == FAILED, f"{mutant['why']} No test saw it.\n{run.stdout[-2000:]}"
