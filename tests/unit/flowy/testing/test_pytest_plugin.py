"""The fixtures, in a pytest of their own; the engine process, in this one."""

import os
import subprocess
import sys

import pytest

from flowy.errors import FlowyError
from flowy.testing import EngineProcess

TESTS = """
from flowy import Workflow, workflow

@workflow("Sleeps", 1, "decisions")
class Sleeps(Workflow):
    def run(self):
        self.sleep(86400).result()
        return "rested"

def test_env(flowy_env):
    assert flowy_env.run(Sleeps) == "rested"

def test_env_is_new(flowy_env):
    closed = flowy_env.client().count_closed_workflow_executions(
        domain=flowy_env.domain, startTimeFilter={"oldestDate": 0})
    assert closed["count"] == 0

def test_engine(flowy_engine):
    one, other = flowy_engine.client(), flowy_engine.client()
    assert one.swf.domain != other.swf.domain
    assert one.swf.describe_domain() == "REGISTERED"
"""


def test_both_fixtures_work_in_a_users_test_run(tmp_path):
    (tmp_path / "test_users.py").write_text(TESTS)
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "flowy.testing.pytest_plugin"),
            *("-p", "no:cacheprovider", "-W", "error", "test_users.py"),
        ],
        cwd=tmp_path,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "3 passed" in run.stdout, run.stdout + run.stderr


def test_the_engine_ends_with_its_block(tmp_path):
    with EngineProcess(str(tmp_path / "engine.db")) as engine:
        client = engine.client("kept")
        assert client.swf.describe_domain() == "REGISTERED"
    assert engine._process.returncode == 0
    with EngineProcess(str(tmp_path / "engine.db")) as again:
        assert again.url.startswith("http://127.0.0.1:")


def test_an_engine_that_does_not_start_says_why(tmp_path):
    (tmp_path / "no.db").write_text("this is no database, whatever its name says; " * 50)
    with pytest.raises(FlowyError, match="database"), EngineProcess(str(tmp_path / "no.db")):
        pass
