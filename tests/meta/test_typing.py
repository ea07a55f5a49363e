"""Type checkers see what workflow code means: mypy and pyright over the files in `typed`."""

import json
import re
import subprocess
import sys

import pytest

MYPY_LINE = re.compile(r":(\d+): error: ")


def mypy(root, path):
    """The numbers of the lines that mypy refuses."""
    command = [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", str(path)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return {int(number) for number in MYPY_LINE.findall(done.stdout)}, done.stdout


def pyright(root, path):
    """The numbers of the lines that pyright refuses."""
    command = [sys.executable, "-m", "pyright", "--outputjson"]
    done = subprocess.run(
        [*command, "--pythonpath", sys.executable, str(path)],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found = json.loads(done.stdout)["generalDiagnostics"]
    errors = [each for each in found if each["severity"] == "error"]
    return {each["range"]["start"]["line"] + 1 for each in errors}, done.stdout


@pytest.mark.parametrize("checker", [mypy, pyright])
@pytest.mark.parametrize("name", ["expected_types.py", "expected_types_of_others.py"])
def test_placeholders_proxies_and_combinators_have_the_types_that_are_promised(root, name, checker):
    lines, said = checker(root, root / "tests/meta/typed" / name)
    assert not lines, said


@pytest.mark.parametrize("checker", [mypy, pyright])
@pytest.mark.parametrize("name", ["expected_errors.py", "expected_errors_of_others.py"])
def test_wrong_arguments_and_wrong_uses_of_results_are_refused(root, name, checker):
    path = root / "tests/meta/typed" / name
    wrong = {
        number
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if "  # wrong: " in line
    }
    lines, said = checker(root, path)
    assert wrong
    assert lines == wrong, said
