"""What the meta tests share."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root():
    """The project's own tree."""
    return ROOT


@pytest.fixture(scope="session")
def project_files():
    """The paths of the project's files, relative to its root: what git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [Path(name) for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.fixture(scope="session")
def house():
    """The module of house rules, which lies beside the tests and in no package."""
    spec = importlib.util.spec_from_file_location("house", Path(__file__).with_name("house.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules["house"] = module
    spec.loader.exec_module(module)
    return module
