"""Each import contract of pyproject.toml can fail: a planted import turns it red."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
FORBIDDEN = [one for one in SETTINGS["contracts"] if one["type"] == "forbidden"]
OTHERS = {one["name"] for one in SETTINGS["contracts"]} - {one["name"] for one in FORBIDDEN}

BY_HAND: dict[str, dict[str, str]] = {}
"""Plants for contracts of other types: name -> file -> the line to append."""


def source_of(package):
    """Where a package's code lies: at the top, or with its plugin."""
    return next(
        path for path in (ROOT / package, *ROOT.glob(f"plugins/*/{package}")) if path.is_dir()
    )


def imports(contract):
    """Each import that a contract forbids: (source, forbidden)."""
    sources, targets = contract["source_modules"], contract["forbidden_modules"]
    return [(source, target) for source in sources for target in targets]


def file_of(tree, module):
    """The file to plant in: the module's own, or a new one in the package."""
    path = tree.joinpath(*module.split("."))
    return path / "planted.py" if path.is_dir() else path.with_suffix(".py")


def planted(tree):
    """A copy of the packages in which each contract is broken in each way that it names."""
    for package in SETTINGS["root_packages"]:
        shutil.copytree(source_of(package), tree / package)
    shutil.copy(ROOT / "pyproject.toml", tree)
    lines = [(file_of(tree, s), f"import {t}") for one in FORBIDDEN for s, t in imports(one)]
    lines += [(tree / file, line) for plants in BY_HAND.values() for file, line in plants.items()]
    for path, line in lines:
        with path.open("a") as file:
            file.write(f"\n{line}\n")
    return tree


def lint(tree):
    """What lint-imports says of a tree: its exit code and its text, in one line."""
    program = Path(sys.executable).with_name("lint-imports")
    command = [program, "--no-logo", "--no-cache"]
    done = subprocess.run(
        command, cwd=tree, env={"COLUMNS": "200"}, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def section_of(name, report):
    """What a report says of one broken contract."""
    section = report.partition("Broken contracts")[2].partition(f"\n{name}\n")[2]
    for other in SETTINGS["contracts"]:
        section = section.partition(f"\n{other['name']}\n")[0]
    return section


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """What lint-imports says of the copy with all plants in it."""
    code, text = lint(planted(tmp_path_factory.mktemp("planted")))
    assert code == 1, text
    return text


def test_the_contracts_hold_in_this_tree():
    code, text = lint(ROOT)
    assert code == 0, text


def test_every_contract_has_a_plant():
    assert set(BY_HAND) == OTHERS


@pytest.mark.parametrize("contract", SETTINGS["contracts"], ids=lambda one: one["name"])
def test_a_planted_import_breaks_the_contract(contract, report):
    assert f"{contract['name']} BROKEN" in report


@pytest.mark.parametrize("contract", FORBIDDEN, ids=lambda one: one["name"])
def test_each_forbidden_import_is_found_in_each_module(contract, report):
    section = section_of(contract["name"], report)
    for source, target in imports(contract):
        pattern = rf"{re.escape(source)}(\.planted)? -> {re.escape(target)} \(l"
        assert re.search(pattern, section), f"{source} may import {target}"
