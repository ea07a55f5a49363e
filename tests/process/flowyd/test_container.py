"""flowyd as PID 1 of a container: it reaps what others leave, and stops within the grace."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

PLUGIN = '''
import subprocess
from flowy import Activity, ActivityProxy, Workflow, activity, workflow

@activity("Orphan", 1, "acts")
def orphan():
    """Leave a process behind, in a session of its own, that ends after its parent."""
    subprocess.run(["sh", "-c", "setsid sleep 0.2 & setsid sleep 1000 &"], check=True)
    return "done"

@workflow("Orphaning", 1, "decs")
class Orphaning(Workflow):
    orphan = ActivityProxy(orphan)

    def run(self):
        return self.orphan().result()
'''
CONFIG = """
domain = "tests"
[plugins]
enabled = []
modules = ["orphan_plugin"]
[pools.acts]
kind = "activity"
[pools.decs]
kind = "decider"
"""
NAMESPACES = ["unshare", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"]
pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("unshare"), reason="only root can make a PID namespace"
)


@pytest.fixture
def container(tmp_path):
    """A flowyd that is PID 1; the process is the `unshare` around it."""
    (tmp_path / "orphan_plugin.py").write_text(PLUGIN)
    (tmp_path / "flowyd.toml").write_text(CONFIG)
    environ = os.environ | {"PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [*NAMESPACES, sys.executable, "-m", "flowyd", "run"],
            cwd=tmp_path,
            env=environ,
            stdout=log,
            stderr=log,
        )
    yield process
    process.kill()
    process.wait(30)


def test_pid_1_reaps_orphans_and_stops_within_the_grace(container, tmp_path):
    done = flowy(tmp_path, "start", "Orphaning")
    deadline = time.monotonic() + 60
    while done.returncode != 0:
        assert time.monotonic() < deadline, (tmp_path / "log").read_text()
        done = flowy(tmp_path, "start", "Orphaning")
    (first,) = psutil.Process(container.pid).children()
    wait_for(lambda: sleepers(first) == ["sleep 1000"])
    assert [child for child in first.children() if child.status() == "zombie"] == []
    began = time.monotonic()
    first.send_signal(signal.SIGTERM)
    assert container.wait(30) == 0, (tmp_path / "log").read_text()
    assert time.monotonic() - began < 25


def flowy(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flowy", *arguments],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def sleepers(first: psutil.Process) -> list[str]:
    """The sleeping processes that PID 1 has adopted."""
    lines = [" ".join(child.cmdline()) for child in first.children()]
    return [line for line in lines if line.startswith("sleep")]


def wait_for(holds) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
