"""Reload after reload: nothing of an old generation stays."""

import contextlib
import os
from pathlib import Path

from flowyd.control import client

RELOADS = int(os.environ.get("FLOWY_CHAOS_RELOADS", "6"))


def fds(pid):
    """What the open files of a process are, without the numbers that differ by chance."""
    found = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            found.append(str(link.readlink()).partition(":[")[0])
    return sorted(found)


def threads(pid):
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def held(daemon):
    """Files and threads of the processes that live through reloads."""
    pids = {"supervisor": daemon.process.pid}
    pids |= {name: daemon.child(name).pid for name in ("engine", "courier")}
    found = {name: (fds(pid), threads(pid)) for name, pid in pids.items()}
    state = daemon.directory / "state"
    cgroups = Path(f"/proc/{daemon.process.pid}/cgroup").read_text()
    return found, sorted(str(path) for path in state.rglob("*")), cgroups


def workers(status):
    return [worker for pool in status.pools for worker in pool.workers]


def reload(daemon):
    """Reload new code, and wait until the old generation is gone."""
    number = client.reload(daemon.run_dir)
    daemon.until("it is over", lambda s: s.reload.done >= number)
    return daemon.until(
        "the old generation is gone",
        lambda s: (
            {worker.generation for worker in workers(s)} == {s.generation}
            and all(worker.state in {"polling", "busy"} for worker in workers(s))
            and sum(child.name.startswith("zygote") for child in s.children) == 1
        ),
    )


def test_reloads_leave_no_file_thread_socket_process_or_directory_behind(daemon, sample_plugin):
    reload(daemon)  # the first ones make what then stays
    before, processes = held(daemon), len(daemon.left_behind())
    for number in range(RELOADS):
        plugin = daemon.directory / "sample_plugin.py"
        plugin.write_text(f"{sample_plugin}\nRELEASE = {number}\n")
        assert reload(daemon).reload.ok
        if number % 3 == 0:
            assert daemon.flowy("start", "Twice", "[3]", "--wait").stdout.split()[-1] == "12"

    daemon.eventually("no process is left over", lambda: len(daemon.left_behind()) == processes)
    daemon.eventually("nothing else is", lambda: held(daemon) == before)
    assert daemon.status().generation >= RELOADS
