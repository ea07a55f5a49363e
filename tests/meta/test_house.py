"""The house rules hold in this tree, and each of them can fail."""

from pathlib import Path

import pytest

DOC = '"""A module."""\n'


def test_the_tree_keeps_every_house_rule(house, root, project_files):
    found = house.check(root, project_files)
    assert not found, "\n".join(f"{f.where}: {f.rule}: {f.message}" for f in found)


PLANTED = [
    ("syntax", "flowy/a.py", DOC + "def f(:\n"),
    ("module_size", "flowy/big.py", DOC + "x = 1\n" * 400),
    ("function_size", "flowy/long.py", DOC + "def f():\n" + "    x = 1\n" * 51),
    ("module_name", "flowyd/utils.py", DOC),
    ("module_name", "flowy/helpers/file.py", DOC),
    ("module_name", "flowyd/supervisor/manager.py", DOC),
    ("module_name", "flowy/base.py", DOC),
    ("module_name", "flowy/common.py", DOC),
    ("broad_except", "flowy/a.py", DOC + "try:\n    x = 1\nexcept Exception:\n    pass\n"),
    ("broad_except", "flowy/a.py", DOC + "try:\n    x = 1\nexcept:\n    pass\n"),
    (
        "broad_except",
        "flowy/a.py",
        DOC + "try:\n    x = 1\nexcept (OSError, BaseException):\n    y\n",
    ),
    ("broad_except", "flowy/a.py", DOC + "with suppress(Exception):\n    x = 1\n"),
    ("exemptions", "flowy/a.py", DOC + "x = 1  # noqa\n"),
    ("exemptions", "flowy/a.py", DOC + "x = 1  # noqa: E501\n"),
    ("exemptions", "flowy/a.py", DOC + "x = 1  # type: ignore\n"),
    ("exemptions", "flowy/a.py", DOC + "x = 1  # type: ignore[misc]\n"),
    ("exemptions", "flowy/a.py", DOC + "# ruff: noqa: E501\n"),
    ("exemptions", "tests/test_a.py", DOC + "x = 1  # noqa: BLE001\n"),
    ("sleeping", "flowyd/a.py", DOC + "import time\ntime.sleep(1)\n"),
    ("sleeping", "plugins/x/flowy_x/a.py", DOC + "from time import sleep\n"),
    ("unfinished", "flowy/a.py", DOC + "x = 1  # TO" + "DO: more\n"),
    ("unfinished", "tests/test_a.py", DOC + "# FIX" + "ME\n"),
    ("unfinished", "flowy/a.py", DOC + "raise NotImplementedError\n"),
    ("pickling", "flowy/a.py", DOC + "import pickle\n"),
    ("pickling", "flowyd/a.py", DOC + "from pickle import loads\n"),
    ("matched_tuples", "flowy/a.py", DOC + "match x, y:\n    case _:\n        pass\n"),
    ("neighbours", "plugins/x/flowy_x/a.py", DOC + "import flowyd.config\n"),
    ("neighbours", "flowy/a.py", DOC + "from flowy_images import activities\n"),
    ("neighbours", "flowyd/a.py", DOC + "import tests.unit\n"),
    ("docstrings", "flowy/a.py", "x = 1\n"),
    ("machine_paths", "docs/a.md", "see /ro" + "ot/x\n"),
    ("machine_paths", "flowy/a.py", DOC + "x = '/ho" + "me/me/x'\n"),
    ("typed_markers", "flowy/a.py", DOC),
    ("typed_markers", "plugins/x/flowy_x/__init__.py", DOC),
    ("architecture", "flowy/unmapped.py", DOC),
    ("architecture", "docs/architecture.md", "| `flowy/gone.py` | went |\n"),
]


def planted(root, path, text):
    """A tree of one file."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)
    return [Path(path)]


@pytest.mark.parametrize(("rule", "path", "text"), PLANTED)
def test_a_planted_violation_is_found(house, tmp_path, rule, path, text):
    found = house.check(tmp_path, planted(tmp_path, path, text))
    assert rule in {finding.rule for finding in found}


def test_every_rule_has_a_planted_violation(house):
    whole_tree = {"syntax", "machine_paths", "typed_markers", "architecture"}
    assert {rule.__name__ for rule in house.RULES} | whole_tree == {rule for rule, _, _ in PLANTED}


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    x = 1\nexcept Exception:  # noqa: BLE001  # a plugin's code\n    y\n",
        "try:\n    x = 1\nexcept BaseException:\n    clean()\n    raise\n",
        "x = 1  # noqa: S311 — no secret\n",
        "x = 1  # type: ignore[misc]  # the stubs are wrong\n",
        "x = 1  # noqa: S603, S607  # we start what we name\n",
        "x = '# noqa'\n",
        "# ruff: noqa: PLR0911 — a return for each state is the form of the house\n",
        "match x:\n    case (1, 2):\n        pass\n",
    ],
)
def test_what_gives_its_reason_is_allowed(house, text):
    assert list(house.in_module(house.Module(Path("flowy/a.py"), DOC + text))) == []
