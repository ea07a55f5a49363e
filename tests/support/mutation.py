"""Faults seeded into a copy of the tree, and the tests that are run on it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARED = ("flowy", "tests/support", "tests/conftest.py", "tests/replay")
FAILED = 1
"""pytest's exit status when tests ran and some failed; another one is no verdict."""


def copy_tree(where: Path, *tests: str) -> Path:
    """Copy what directories of tests need, and nothing else."""
    for name in (*SHARED, *tests):
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, where / name, ignore=ignored)
        else:
            shutil.copy(source, where / name)
    shutil.copy(ROOT / "pyproject.toml", where)
    return where


def run_tests(
    tree: Path, tests: str, *, timeout: int = 60, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run tests up to their first failure, on the copy's own code."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "FLOWY_"))}
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-x", "-q", "--tb=line", "-p", "no:cacheprovider"),
            *(f"--timeout={timeout}", tests),
        ],
        cwd=tree,
        env=environment | settings | {"PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )


def mutate(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, f"the mutant applies to {text.count(old)} places, not to one"
    return text.replace(old, new)
