"""Reloads of a real daemon: nothing is lost, and what is wrong changes nothing."""

import json
import os
import signal
from pathlib import Path

import pytest

HOOK = """
from flowy import hookimpl

@hookimpl
def flowy_worker_start(worker):
    raise RuntimeError("no licence here")
"""


def plugin(daemon):
    return daemon.directory / "sample_plugin.py"


def edit(path, old, new):
    """Change a file as a deploy does: its size or time tells."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 10**7))


def pids(daemon, pool="acts"):
    return {worker.pid for worker in daemon.workers(pool)}


def twice(daemon, number=3):
    return daemon.flowy("start", "Twice", f"[{number}]", "--wait").stdout.split()[-1]


def test_new_code_is_at_work_when_the_command_returns(daemon):
    before = pids(daemon)
    edit(plugin(daemon), "return 2 * x", "return 5 * x")
    done = daemon.flowyd("reload", "--wait")
    assert (done.returncode, done.stdout) == (0, "flowyd: the new code is at work\n"), daemon.log
    status = daemon.until_ready()
    assert status.generation == 2
    assert {child.name for child in status.children} == {"zygote", "engine", "courier"}
    assert twice(daemon) == "75"
    daemon.until("the old workers are gone", lambda _: not pids(daemon) & before)


def test_a_running_task_is_finished_by_the_code_that_began_it(daemon, tmp_path):
    (tmp_path / "a").mkdir()
    daemon.flowy("start", "Hanging", f'["{tmp_path}/a"]', "--id", "w")
    daemon.until("the activity runs", lambda _: (tmp_path / "a" / "began").exists())
    worker = int((tmp_path / "a" / "began").read_text())
    edit(plugin(daemon), 'Path(directory, "done").touch()', 'Path(directory, "new").touch()')
    assert daemon.flowyd("reload", "--wait").returncode == 0, daemon.log
    assert worker in pids(daemon)
    (tmp_path / "a" / "go").touch()
    assert daemon.flowy("result", "w").returncode == 0
    assert (tmp_path / "a" / "done").exists()
    assert not (tmp_path / "a" / "new").exists()
    assert daemon.flowy("history", "w").stdout.count("ActivityTaskStarted") == 1


def test_there_is_never_a_worker_less_than_wanted(daemon):
    ready = []
    for factor in (3, 4):
        edit(plugin(daemon), f"return {factor - 1} * x", f"return {factor} * x")
        assert daemon.flowyd("reload").returncode == 0

        def switched(status, factor=factor):
            ready.append(status.pools[0].ready)
            return status.reload.accepted == factor - 2

        daemon.until("the reload is over", switched)
    assert min(ready) >= 2, ready


FIRST = "import os, subprocess, threading\n"
LIST = '"Double", 1, "acts"'
BAD = {
    "a module that raises": (
        FIRST,
        f"{FIRST}raise ImportError('no such codec')\n",
        "no such codec",
    ),
    "a syntax error": (FIRST, f"{FIRST}def (\n", "SyntaxError"),
    "a task list that nobody may have": (LIST, '"Double", 1, "a:b"', "OptionError"),
    "a hook that raises": (FIRST, FIRST + HOOK, "did not stay up"),
    "a module that exits": (FIRST, f"{FIRST}raise SystemExit(3)\n", "SystemExit"),
    "a module that ends the process": (FIRST, f"{FIRST}os._exit(1)\n", "zygote died"),
}


@pytest.mark.parametrize("bad", BAD)
def test_bad_code_is_rejected_with_its_reason_and_changes_nothing(daemon, bad):
    old, new, reason = BAD[bad]
    before = pids(daemon), pids(daemon, "decs")
    edit(plugin(daemon), old, new)
    done = daemon.flowyd("reload", "--wait")
    assert done.returncode == 1, daemon.log
    assert reason in done.stderr
    status = daemon.status()
    assert (status.generation, status.reload.ok, status.ready) == (1, False, True)
    assert (pids(daemon), pids(daemon, "decs")) == before
    assert reason in daemon.flowyd("status").stdout
    assert twice(daemon) == "12"


def test_a_wrong_configuration_is_rejected_and_one_that_needs_a_restart_says_so(daemon):
    config = daemon.directory / "flowyd.toml"
    good = config.read_text()
    config.write_text(good.replace("[pools.acts]", "[pools.acts]\nprocesess = 3"))
    done = daemon.flowyd("reload", "--wait")
    assert done.returncode in {1, 78}
    assert "did you mean 'processes'?" in done.stderr
    os.kill(daemon.process.pid, signal.SIGHUP)
    daemon.until("the signal's reload is rejected", lambda s: "procesess" in s.reload.reason)

    config.write_text(good.replace('domain = "tests"', 'domain = "other"'))
    os.kill(daemon.process.pid, signal.SIGHUP)
    daemon.until("so is this one", lambda s: "domain changed: restart flowyd" in s.reload.reason)
    config.write_text(good)
    assert daemon.flowyd("reload", "--wait").returncode == 0
    assert daemon.until_ready().reasons == []


def test_other_sizes_alone_start_and_end_workers_in_place(daemon):
    config = daemon.directory / "flowyd.toml"
    before = pids(daemon)
    config.write_text(config.read_text().replace("processes = 2", "processes = 3"))
    assert daemon.flowyd("reload", "--wait").returncode == 0
    status = daemon.until("three are ready", lambda s: s.pools[0].ready == 3)
    assert status.generation == 1
    assert before < pids(daemon)


def test_other_sizes_with_other_code_load_the_code(daemon):
    config = daemon.directory / "flowyd.toml"
    config.write_text(config.read_text().replace("processes = 2", "processes = 1"))
    edit(plugin(daemon), "return 2 * x", "return 5 * x")
    assert daemon.flowyd("reload", "--wait").returncode == 0
    assert daemon.until_ready().generation == 2
    assert twice(daemon) == "75"


def test_pools_come_and_go_with_the_configuration(daemon):
    config = daemon.directory / "flowyd.toml"
    plain = config.read_text()
    config.write_text(plain + '\n[pools.more]\nkind = "activity"\n')
    assert daemon.flowyd("reload", "--wait").returncode == 0
    assert [pool.name for pool in daemon.until_ready().pools] == ["acts", "decs", "more"]
    config.write_text(plain)
    assert daemon.flowyd("reload", "--wait").returncode == 0
    daemon.until("it is gone", lambda s: [pool.name for pool in s.pools] == ["acts", "decs"])


def test_sighup_reloads(daemon):
    edit(plugin(daemon), "return 2 * x", "return 5 * x")
    os.kill(daemon.process.pid, signal.SIGHUP)
    daemon.until("it is done", lambda s: s.generation == 2)
    assert twice(daemon) == "75"


def test_a_zygote_that_dies_after_a_deploy_brings_the_new_code_as_a_reload_does(daemon):
    edit(plugin(daemon), "return 2 * x", "return 5 * x")
    os.kill(daemon.child("zygote").pid, signal.SIGKILL)
    status = daemon.until("the new code is at work", lambda s: s.generation == 2 and s.ready)
    assert status.reload.ok
    assert "code changed on disk" in daemon.log
    assert twice(daemon) == "75"


def test_a_zygote_that_dies_without_a_deploy_is_only_replaced(daemon):
    zygote = daemon.child("zygote").pid
    os.kill(zygote, signal.SIGKILL)
    daemon.until(
        "there is another",
        lambda s: any(
            c.name == "zygote" and c.state == "serving" and c.pid != zygote for c in s.children
        ),
    )
    assert daemon.status().generation == 1


def test_code_that_does_not_replay_an_open_execution_is_refused_if_asked(daemon, tmp_path):
    (tmp_path / "a").mkdir()
    daemon.flowy("start", "Hanging", f'["{tmp_path}/a"]', "--id", "open-one")
    daemon.until("the activity runs", lambda _: (tmp_path / "a" / "began").exists())
    assert daemon.flowyd("reload", "--wait", "--replay-open").returncode == 0, daemon.log
    edit(plugin(daemon), "self.hang(directory)", "self.hang(directory, 1)")
    done = daemon.flowyd("reload", "--wait", "--replay-open")
    assert done.returncode == 1
    assert "open-one" in done.stderr
    assert "recorded:" in done.stderr
    assert daemon.status().generation == 2
    assert daemon.flowyd("reload", "--wait").returncode == 0
    (tmp_path / "a" / "go").touch()


def test_reloads_that_come_while_one_runs_wait_and_the_last_one_wins(daemon):
    for _ in range(4):
        assert daemon.flowyd("reload").returncode == 0
    edit(plugin(daemon), "return 2 * x", "return 5 * x")
    done = daemon.flowyd("reload", "--wait", "--json")
    assert json.loads(done.stdout)["done"] is True
    assert twice(daemon) == "75"


def test_a_stop_during_a_reload_stops(daemon):
    edit(plugin(daemon), FIRST, f"{FIRST}import time; time.sleep(3)\n")
    daemon.flowyd("reload")
    daemon.until("it loads", lambda s: s.reload.stage == "loading the plugins")
    assert daemon.flowyd("stop").returncode == 0
    assert daemon.wait() == 0
    assert daemon.left_behind() == []


def test_many_reloads_leave_nothing_behind(daemon):
    rounds = int(os.environ.get("FLOWY_RELOADS", "6"))
    assert daemon.flowyd("reload", "--wait").returncode == 0
    daemon.until("one generation is left", alone)
    daemon.eventually("each process is known", lambda: len(daemon.left_behind()) == known(daemon))
    fds, threads = held(daemon)
    for _ in range(rounds):
        assert daemon.flowyd("reload", "--wait").returncode == 0, daemon.log
    daemon.until("one generation is left", alone)
    daemon.eventually("no process is left over", lambda: len(daemon.left_behind()) == known(daemon))
    daemon.eventually("no more is held than before", lambda: held(daemon) <= (fds, threads))


def alone(status):
    workers = [worker for pool in status.pools for worker in pool.workers]
    return len(workers) == 3 and {worker.generation for worker in workers} == {status.generation}


def known(daemon):
    """How many processes the daemon tells of, itself included."""
    status = daemon.status()
    return 1 + len(status.children) + sum(len(pool.workers) for pool in status.pools)


def held(daemon):
    """Descriptors and threads of the supervisor."""
    proc = Path("/proc") / str(daemon.process.pid)
    return len(list((proc / "fd").iterdir())), len(list((proc / "task").iterdir()))
