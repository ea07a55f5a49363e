"""Debuggers and coverage look into workflow code while `env.run` runs it."""

import json
import os
import subprocess
import sys

import pytest

SCRIPT = """\
from flowy import ActivityProxy, Workflow, activity, workflow
from flowy.testing import Environment

@activity("Shrink", 1, "images")
def shrink(path):
    return path + ".small"

@workflow("Look", 1, "decisions")
class Look(Workflow):
    shrink = ActivityProxy(shrink)

    def run(self, path):
        STOP
        small = self.shrink(path).result()
        branch = self.spawn(self.measured, small)
        return branch.result()

    def measured(self, small):
        twice = self.shrink(small).result()
        if twice:
            return len(twice)
        return "never"

if __name__ == "__main__":
    with Environment() as env:
        print("the answer is", env.run(Look, "cat"))
"""


WAYS = {"ctrace": ["--concurrency=greenlet,thread"]}
"""How coverage looks: by trace functions, which must know of greenlets, or by `sys.monitoring`."""

if sys.version_info >= (3, 12):
    WAYS["sysmon"] = []


def written(tmp_path, stop):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT.replace("STOP", stop))
    return path


@pytest.mark.parametrize("stop", ["breakpoint()", "import pdb; pdb.set_trace()"])
def test_a_breakpoint_stops_in_run_shows_its_locals_and_steps_over_waits(tmp_path, stop):
    commands = ["p path * 2", "next", "next", "p small * 2", "where", "continue", "", ""]
    done = subprocess.run(
        [sys.executable, written(tmp_path, stop)],
        input="\n".join(commands),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    assert "'catcat'" in done.stdout
    assert "-> branch = self.spawn(self.measured, small)" in done.stdout
    assert "'cat.smallcat.small'" in done.stdout
    assert "script.py(15)run()" in done.stdout
    assert done.stdout.rstrip().endswith("the answer is 15")


@pytest.mark.parametrize("core", WAYS)
def test_coverage_marks_the_lines_of_run_and_of_branches(tmp_path, core):
    path, told = written(tmp_path, "pass"), tmp_path / "told.json"

    def coverage(*words):
        command = [sys.executable, "-m", "coverage", *words]
        environment = {**os.environ, "COVERAGE_CORE": core}
        subprocess.run(command, cwd=tmp_path, env=environment, timeout=120, check=True)

    coverage("run", *WAYS[core], f"--include={path}", str(path))
    coverage("json", "-q", "-o", str(told))

    (found,) = json.loads(told.read_text())["files"].values()
    lines = path.read_text().splitlines()
    assert [lines[number - 1].strip() for number in found["missing_lines"]] == ['return "never"']
