"""`flowyd check` tells all that is wrong with an installation, at once and with its place."""

import os
import subprocess
import sys

import pytest

GOOD = """\
domain = "acceptance"
state_dir = "state"

[swf]
backend = "engine"

[plugins]
enabled = []
modules = ["greetings"]

[pools.deciding]
kind = "decider"
processes = 1

[pools.greeting]
kind = "activity"
processes = 1
"""

GREETINGS = """\
from flowy import ActivityProxy, Workflow, activity, workflow


@activity("Greet", 1, "greeting")
def greet(name):
    return f"hello {name}"


@workflow("Greeting", 1, "deciding")
class Greeting(Workflow):
    greet = ActivityProxy(greet)

    def run(self, name):
        return self.greet(name).result()
"""

TWIN = 'from flowy import activity\n\n\n@activity("Greet", 1, "greeting")\ndef other(name): ...\n'


@pytest.fixture
def home(tmp_path):
    """An installation with nothing wrong; tests write over its files."""
    (tmp_path / "flowyd.toml").write_text(GOOD)
    (tmp_path / "greetings.py").write_text(GREETINGS)
    (tmp_path / "twin.py").write_text(TWIN)
    (tmp_path / "broken.py").write_text("import json\nimport nothing_of_this_name\n")
    return tmp_path


def change(home, old, new):
    text = (home / "flowyd.toml").read_text()
    assert old in text
    (home / "flowyd.toml").write_text(text.replace(old, new))


def flowyd(home, *words):
    """The exit code and all output of a flowyd command in that directory."""
    done = subprocess.run(
        [sys.executable, "-m", "flowyd", *words, "--config", home / "flowyd.toml"],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(home), "COLUMNS": "300"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def line_of(home, text):
    """`flowyd.toml:LINE`, the place of a text in the configuration."""
    lines = (home / "flowyd.toml").read_text().splitlines()
    return f"flowyd.toml:{next(n for n, line in enumerate(lines, start=1) if text in line)}"


@pytest.mark.parametrize("strict", [[], ["--strict"]])
def test_nothing_wrong_is_exit_code_0(home, strict):
    code, said = flowyd(home, "check", *strict)
    assert code == 0, said


def test_broken_toml_is_told_with_its_line(home):
    change(home, "[plugins]", "[plugins")
    code, said = flowyd(home, "check")
    assert code == 78
    assert line_of(home, "[plugins") in said


def test_unknown_keys_are_told_with_their_lines_and_what_was_meant(home):
    change(home, "state_dir", "state_dri")
    change(home, 'kind = "decider"\nprocesses', 'kind = "decider"\nprosesses')
    code, said = flowyd(home, "check")
    assert code == 78
    assert line_of(home, "state_dri") in said
    assert line_of(home, "prosesses") in said
    assert "state_dir" in said.replace("state_dri", "")
    assert "processes" in said


def test_a_module_that_fails_to_import_is_told_with_file_and_line(home):
    change(home, '["greetings"]', '["greetings", "broken"]')
    code, said = flowyd(home, "check")
    assert code == 78
    assert "broken" in said
    assert "broken.py:2" in said
    assert "nothing_of_this_name" in said


def test_an_entry_point_that_fails_to_import_is_told_by_its_name(home):
    distribution = home / "flowy_sour-1.0.dist-info"
    distribution.mkdir()
    (distribution / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: flowy-sour\nVersion: 1.0\n"
    )
    (distribution / "entry_points.txt").write_text("[flowy.plugins]\nsour = broken\n")
    change(home, "enabled = []", 'enabled = ["sour"]')
    code, said = flowyd(home, "check")
    assert code == 78
    assert "sour" in said
    assert "nothing_of_this_name" in said


def test_a_plugin_that_is_not_installed_is_told(home):
    change(home, "enabled = []", 'enabled = ["not_there"]')
    code, said = flowyd(home, "check")
    assert code == 78
    assert "not_there" in said


def test_two_activities_of_one_name_and_version_are_told_with_both_places(home):
    change(home, '["greetings"]', '["greetings", "twin"]')
    code, said = flowyd(home, "check")
    assert code == 78
    assert "Greet/1" in said
    assert "greetings.py:4" in said
    assert "twin.py:4" in said


def test_all_that_is_wrong_is_told_at_once(home):
    change(home, 'backend = "engine"', 'backend = "engine"\nbakcend = "aws"')
    change(home, '["greetings"]', '["greetings", "broken", "twin"]')
    code, said = flowyd(home, "check")
    assert code == 78
    assert line_of(home, "bakcend") in said
    assert "broken.py:2" in said
    assert "Greet/1" in said


def test_a_task_list_that_no_pool_serves_is_a_warning_since_another_host_may_serve_it(home):
    change(home, "[pools.greeting]", '[pools.greeting]\ntask_list = "elsewhere"')
    code, said = flowyd(home, "check")
    assert code == 0
    assert "greeting" in said
    assert "warning" in said.lower()


@pytest.mark.parametrize("command", [("check", "--strict"), ("dev",)])
def test_strictly_and_in_dev_a_task_list_that_no_pool_serves_is_an_error(home, command):
    change(home, "[pools.greeting]", '[pools.greeting]\ntask_list = "elsewhere"')
    code, said = flowyd(home, *command)
    assert code == 78
    assert "greeting" in said


def test_a_pool_whose_task_list_no_type_names_is_a_warning(home):
    (home / "flowyd.toml").write_text(GOOD + '\n[pools.idle]\nkind = "activity"\nprocesses = 1\n')
    code, said = flowyd(home, "check")
    assert code == 0
    assert "idle" in said
    assert "warning" in said.lower()


IMPURE = """\
import time
from random import choice
from flowy import Workflow, workflow


def pick(names):
    return choice(names)


@workflow("Impure", 1, "deciding")
class Impure(Workflow):
    def run(self, names):
        began = time.time()
        name = pick(names)
        return name, time.time() - began  # flowy: ignore
"""


def test_workflow_code_that_differs_in_replay_is_a_warning(home):
    (home / "greetings.py").write_text(GREETINGS + IMPURE)
    code, text = flowyd(home, "check")
    assert code == 0
    lines = (home / "greetings.py").read_text().splitlines()
    for line, hint in (("began = time.time()", "self.now()"), ("choice(names)", "self.random")):
        number = next(n for n, found in enumerate(lines, 1) if found.strip().endswith(line))
        assert f"warning: greetings.py:{number}: " in text
        assert hint in text
    assert text.count("warning: ") == 2


def test_strict_makes_it_an_error(home):
    (home / "greetings.py").write_text(GREETINGS + IMPURE)
    code, text = flowyd(home, "check", "--strict")
    assert code == 78
    assert text.count("error: ") == 2
