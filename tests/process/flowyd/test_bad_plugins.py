"""Plugins that do what no plugin should: contained, and said."""

import json
import os
import signal
from pathlib import Path

import pytest

TASK = """
import ctypes, sys, time

@activity("Bad", 1, "acts", retry=0)
def bad(directory):
    Path(directory, f"began.{{os.getpid()}}").touch()
{body}

@workflow("Doing", 1, "decs")
class Doing(Workflow):
    bad = ActivityProxy("Bad", 1, retry=0)

    def run(self, directory):
        try:
            return self.bad(directory).result()
        except Exception as error:
            return type(error).__name__
"""


def works(daemon) -> bool:
    return daemon.flowy("start", "Twice", "[3]", "--wait").stdout.split()[-1:] == ["12"]


def told(daemon) -> str:
    return " ".join(fault.message for fault in daemon.status().faults)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("if os.fork() == 0: threading.Event().wait(1000); os._exit(0)", "started 1 process(es)"),
        ("os.fork()", "started 1 process(es)"),
        ("threading.Thread(target=threading.Event().wait, daemon=True).start()", "1 thread(s)"),
        ("print('x' * 100_000_000)", ""),
    ],
)
def test_what_a_plugin_does_at_import_is_told_and_its_work_is_done(
    launch, sample_plugin, line, said, monkeypatch
):
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")  # of forks of a process with threads
    daemon = launch(plugin=sample_plugin + f"\n{line}\n")
    daemon.until_ready()

    assert said in told(daemon)
    assert works(daemon)
    assert len({worker.pid for worker in daemon.workers()}) == 2
    assert daemon.flowyd("stop").returncode == 0
    daemon.eventually("nothing is left", lambda: not daemon.left_behind())


@pytest.mark.parametrize(
    "line",
    ["os._exit(3)", "os.closerange(3, 200)", "os.kill(os.getpid(), 11)"],
)
def test_a_plugin_that_ends_its_loading_process_is_told_and_does_not_spin(
    launch, sample_plugin, line
):
    daemon = launch(plugin=sample_plugin + f"\n{line}\n")
    status = daemon.until("it was tried again", lambda s: s.children[0].restarts >= 3)

    assert status.state == "degraded"
    assert any("zygote" in reason and "is down" in reason for reason in status.reasons)
    assert "child gone; starting it again" in daemon.log
    assert daemon.child(status.children[0].name).restarts < 6
    assert daemon.flowyd("stop").returncode == 0


def test_a_plugin_that_exits_at_import_is_a_fault_like_any_other(launch, sample_plugin):
    daemon = launch(plugin=sample_plugin + "\nraise SystemExit(0)\n")
    daemon.until("it is told", lambda s: s.faults)

    assert "does not load: SystemExit" in told(daemon)
    assert daemon.child(daemon.status().children[0].name).restarts == 0


@pytest.fixture
def doing(launch, sample_plugin, tmp_path):
    """A daemon whose activity runs some lines, once it was started."""

    def start(*lines: str, **files):
        body = "\n".join(f"    {line}" for line in lines)
        daemon = launch(processes=1, plugin=sample_plugin + TASK.format(body=body), **files)
        daemon.until_ready()
        daemon.flowy("start", "Doing", f'["{tmp_path}"]', "--id", "w")
        daemon.until("it runs", lambda _: list(tmp_path.glob("began.*")))
        return daemon, int(next(tmp_path.glob("began.*")).suffix[1:])

    return start


@pytest.mark.parametrize(
    ("line", "kind", "code"),
    [
        ("os._exit(3)", "crash", 3),
        ("ctypes.string_at(0)", "signal", -signal.SIGSEGV),
        ("os.kill(os.getpid(), 9)", "signal", -signal.SIGKILL),
    ],
)
def test_a_task_that_ends_its_process_is_told_with_its_code_and_the_slot_filled(
    doing, line, kind, code
):
    daemon, pid = doing(line)
    # By its pid in the log: the attempt that follows ends the next worker the same way.
    daemon.eventually("its end is told", lambda: gone(daemon, pid))

    assert gone(daemon, pid)[0].items() >= {"exit": kind, "code": code}.items()
    daemon.until("another one works", lambda s: s.pools[0].ready == 1)


def gone(daemon, pid):
    """What the log tells of the end of a worker."""
    lines = [json.loads(line) for line in daemon.log.splitlines() if line.startswith("{")]
    return [
        line for line in lines if (line["message"], line.get("worker_pid")) == ("worker gone", pid)
    ]


def test_a_task_that_ignores_sigterm_does_not_keep_its_worker_from_leaving(doing, tmp_path):
    daemon, _ = doing(
        "import signal",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
        "while not Path(directory, 'go').exists(): time.sleep(0.02)",
        "return 'done'",
    )
    daemon.flowyd("scale", "acts", "0")
    daemon.until("it drains", lambda s: s.pools[0].workers[0].state == "draining")
    (tmp_path / "go").touch()

    daemon.until("it left by itself", lambda s: not s.pools[0].workers)
    assert daemon.pool("acts").last_exit.kind == "drained"
    assert daemon.flowy("result", "w").stdout.strip() == '"done"'


def test_a_task_that_closes_all_descriptors_costs_its_worker_only(doing):
    daemon, pid = doing("os.closerange(3, 4096)", more='[supervisor]\nhung_after = "2 s"')
    daemon.until("it is gone", lambda s: s.pools[0].last_exit)
    daemon.until("another one works", lambda s: s.pools[0].ready == 1)

    assert daemon.pool("acts").last_exit.pid == pid
    assert daemon.pool("decs").last_exit is None
    assert works(daemon)


def test_what_left_its_workers_session_dies_with_the_worker(doing):
    daemon, pid = doing(
        "subprocess.Popen(['sleep', '1001'], start_new_session=True)",
        "subprocess.run(['setsid', '--fork', 'sleep', '1002'])",
        "time.sleep(1000)",
    )
    daemon.eventually("both run", lambda: sum("sleep 100" in c for c in daemon.left_behind()) == 2)
    os.kill(pid, signal.SIGKILL)

    daemon.eventually(
        "both are gone", lambda: not any("sleep 100" in c for c in daemon.left_behind())
    )
    daemon.until("another one works", lambda s: s.pools[0].ready == 1)


def test_a_task_that_prints_without_end_costs_the_supervisor_no_memory(doing, daemon_memory):
    daemon, _ = doing(
        "for _ in range(3): Path(directory, 'sync').touch()",
        "line = 'x' * 1_000_000",
        "for _ in range(300): print(line)",
        "return 'printed'",
    )
    before = daemon_memory(daemon)

    assert daemon.flowy("result", "w").stdout.strip() == '"printed"'
    assert daemon_memory(daemon) - before < 8 * 2**20


def test_memory_that_a_task_eats_is_the_workers_and_the_kernel_ends_it_first(doing):
    hoard = "globals()['hoard'] = b'x' * (200 << 20)"
    daemon, _ = doing(hoard, acts='max_memory = "150 MiB"')
    daemon.until("it was recycled", lambda s: s.pools[0].last_exit)

    assert daemon.pool("acts").last_exit.kind == "recycled"
    scores = {
        w.pid: int(Path(f"/proc/{w.pid}/oom_score_adj").read_text()) for w in daemon.workers()
    }
    own = int(Path(f"/proc/{daemon.process.pid}/oom_score_adj").read_text())
    assert all(score > own for score in scores.values())


@pytest.fixture
def daemon_memory():
    """The resident bytes of a daemon's supervisor."""

    def measure(daemon) -> int:
        statm = Path(f"/proc/{daemon.process.pid}/statm").read_text().split()
        return int(statm[1]) * os.sysconf("SC_PAGESIZE")

    return measure
