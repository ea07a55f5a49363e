"""The pins and the search for Pythons, on which `make` stands."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PINS = [
    line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")
]


def test_each_pin_is_a_name_and_an_exact_version_and_no_address():
    assert [line for line in PINS if not re.fullmatch(r"[a-z0-9-]+==[0-9][\w.]*", line)] == []
    assert sorted(set(PINS)) == sorted(PINS)


def requirements():
    """What the project and its plugins ask for by name."""
    for path in [ROOT / "pyproject.toml", *ROOT.glob("plugins/*/pyproject.toml")]:
        said = tomllib.loads(path.read_text())
        yield from said["project"]["dependencies"]
        for group in said.get("dependency-groups", {}).values():
            yield from group


def test_everything_that_is_asked_for_is_pinned():
    pinned = {line.partition("==")[0] for line in PINS}
    asked = {re.split(r"[^\w.-]", one)[0].lower().replace("_", "-") for one in requirements()}
    assert asked - pinned == {"flowyd"}


def find(version, path):
    """What .ci/pythons answers with only that on PATH: exit code, output, errors."""
    done = subprocess.run(
        [ROOT / ".ci" / "pythons", version],
        env={"PATH": f"{path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.strip(), done.stderr


def program(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_a_python_that_runs_is_found(tmp_path):
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    program(tmp_path / f"python{version}", f'exec {sys.executable} "$@"')
    assert find(version, tmp_path)[:2] == (0, sys.executable)


@pytest.mark.parametrize(
    "text",
    ["echo command not found >&2; exit 127", f'exec {sys.executable} "$@"'],
    ids=["a shim that runs nothing", "another version"],
)
def test_a_name_that_is_no_such_python_is_passed_over(tmp_path, text):
    program(tmp_path / "python3.99", text)
    code, output, errors = find("3.99", tmp_path)
    assert (code, output) == (1, "")
    assert "python3.99: none that runs" in errors
