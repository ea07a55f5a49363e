"""ruff, mypy and pytest, as configured here, refuse what they are there to refuse."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOC = '"""A module."""\n\n'


def run(*command, cwd=ROOT, text=""):
    """The exit code and all output of a checker."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=cwd,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


BRANCHES = "".join(f"    if x == {n}:\n        return {n * n}\n" for n in range(10))

REFUSED_BY_RUFF = {
    "BLE001": "try:\n    print_all()\nexcept Exception:\n    count()\n",
    "E722": "try:\n    print_all()\nexcept:\n    count()\n",
    "S110": "try:\n    print_all()\nexcept Exception:\n    pass\n",
    "S301": "import pickle\n\nX = pickle.loads(b'')\n",
    "S101": "assert __debug__\n",
    "T201": "print(1)\n",
    "ANN001": "def f(x) -> None:\n    x.go()\n",
    "ANN201": "def f():\n    return 1\n",
    "DTZ005": "from datetime import datetime\n\nX = datetime.now()\n",
    "PGH003": "X: int = ''  # type: ignore\n",
    "PGH004": "X = 1  # noqa\n",
    "RUF100": "X = 1  # noqa: BLE001\n",
    "E501": "X = '" + "x" * 100 + "'\n",
    "F401": "import json\n",
    "C901": "def f(x: int) -> int:\n" + BRANCHES + "    return x\n",
    "PLR0913": "def f(a: A, b: A, c: A, d: A, e: A, f: A, g: A) -> A:\n    return a\n",
    "B006": "def f(x: list[int] = []) -> list[int]:\n    return x\n",
    "S602": "import subprocess\n\nsubprocess.run('ls', shell=True, check=True)\n",
}


@pytest.mark.parametrize(("code", "text"), REFUSED_BY_RUFF.items())
def test_ruff_refuses(code, text):
    checked = ["ruff", "check", "--no-cache", "--output-format", "concise"]
    status, report = run(*checked, "--stdin-filename", "flowy/planted.py", "-", text=DOC + text)
    assert status == 1
    assert f" {code} " in report


def test_ruff_refuses_another_format():
    checked = ["ruff", "format", "--check", "--no-cache", "--stdin-filename", "flowy/planted.py"]
    assert run(*checked, "-", text=DOC + "X = 'single'\n")[0] == 1
    assert run(*checked, "-", text=DOC + 'X = "double"\n')[0] == 0


REFUSED_BY_MYPY = {
    "no-untyped-def": "def untyped(x):\n    return x\n",
    "type-arg": "bare: list = []\n",
    "return": "def silent(x: int) -> int:\n    if x:\n        return 1\n",
    "assignment": "wrong: int = ''\n",
    "unused-ignore": "fine: int = 1  # type: ignore[assignment]\n",
    "ignore-without-code": "excused: int = ''  # type: ignore\n",
    "no-any-return": "def loose(x: Any) -> int:\n    return x\n",
    "unreachable": "def late() -> int:\n    return 1\n    print(2)\n",
    "redundant-expr": "def sure(x: int) -> bool:\n    return isinstance(x, int) and x > 1\n",
    "truthy-bool": "class Thing:\n    pass\n\n\nyes = 1 if Thing() else 2\n",
    "arg-type": "def inexhaustive(x: int | str) -> None:\n"
    "    match x:\n        case int():\n            return\n        case _:\n"
    "            assert_never(x)\n",
}


@pytest.fixture(scope="module")
def mypy_report(tmp_path_factory):
    """What mypy says of a module with all of that in it."""
    tree = tmp_path_factory.mktemp("mypy")
    body = "\n\n".join(REFUSED_BY_MYPY.values())
    (tree / "planted.py").write_text(f"from typing import Any, assert_never\n\n{body}")
    config = ["--config-file", ROOT / "pyproject.toml", "--cache-dir", tree / "cache"]
    return run("mypy", *config, "planted.py", cwd=tree)[1]


@pytest.mark.parametrize("code", REFUSED_BY_MYPY)
def test_mypy_refuses(code, mypy_report):
    assert f"[{code}]" in mypy_report


STRICT = """
import warnings

import pytest


def test_warning():
    warnings.warn("old", stacklevel=1)


@pytest.mark.unheard_of
def test_marker():
    pass
"""

UNEXPECTED = """
import pytest


@pytest.mark.xfail(reason="once")
def test_passes_by_now():
    pass
"""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (STRICT.replace("@pytest.mark.unheard_of", ""), "1 failed, 1 passed"),
        (STRICT, "'unheard_of' not found"),
        (UNEXPECTED, "XPASS(strict)"),
    ],
    ids=["a warning", "an unknown marker", "an unexpected pass"],
)
def test_pytest_refuses(tmp_path, text, says):
    (tmp_path / "test_planted.py").write_text(text)
    config = ["-c", ROOT / "pyproject.toml", "--rootdir", tmp_path, "-p", "no:cacheprovider"]
    status, report = run("pytest", *config, tmp_path, cwd=tmp_path)
    assert status in (1, 2)
    assert says in report
