"""A cgroup per worker: nothing that a worker started escapes, whatever it does."""

import os
import signal
from pathlib import Path

import pytest

from flowyd.supervisor.cgroups import PREFIX, own_cgroup

HIDING = """
@activity("Hide", 1, "acts", retry=0)
def hide(directory):
    "A grandchild with a session and an environment of its own; not in the second attempt."
    if Path(directory, "began").exists():
        return
    subprocess.run(["setsid", "--fork", "env", "-i", "sleep", "1003"], env={})
    Path(directory, "began").write_text(str(os.getpid()))
    threading.Event().wait()

@workflow("Hiding", 1, "decs")
class Hiding(Workflow):
    hide = ActivityProxy("Hide", 1)

    def run(self, directory):
        return self.hide(directory).result()
"""


def sleepers() -> set[int]:
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if b"sleep\x001003" in (entry / "cmdline").read_bytes():
                found.add(int(entry.name))
        except OSError:
            continue
    return found


@pytest.fixture
def mine():
    """Our own cgroup, where this user may make others."""
    own = own_cgroup()
    if own is None or not os.access(own, os.W_OK) or not (own / "cgroup.procs").exists():
        pytest.skip("no cgroup of version 2 that this user may write to")
    return own


def test_what_hides_from_its_group_session_and_environment_dies_with_the_worker(
    launch, mine, sample_plugin, tmp_path
):
    config = "[supervisor]\ncgroups = true"
    daemon = launch(processes=1, more=config, plugin=sample_plugin + HIDING)
    daemon.until_ready()
    worker = daemon.workers()[0].pid
    daemon.flowy("start", "Hiding", f'["{tmp_path}"]')
    daemon.eventually("it hides", lambda: (tmp_path / "began").exists() and sleepers())
    rooms = mine.glob(f"{PREFIX}{daemon.process.pid}:*")
    assert sleepers() <= {
        int(pid) for room in rooms for pid in (room / "cgroup.procs").read_text().split()
    }

    os.kill(worker, signal.SIGKILL)
    daemon.eventually("it is gone", lambda: not sleepers())
    daemon.until("another one works", lambda s: s.pools[0].ready == 1)
    assert daemon.flowyd("stop").returncode == 0
    daemon.eventually(
        "no cgroup is left", lambda: not list(mine.glob(f"{PREFIX}{daemon.process.pid}:*"))
    )
