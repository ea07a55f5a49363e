"""`flowyd stacks`: where workers are in their code, while they go on."""

import json
import os
import signal

import pytest


@pytest.fixture
def daemon(shared_daemon):
    return shared_daemon


def test_all_threads_of_all_workers_are_shown_and_nobody_ends(daemon):
    before = {worker.pid for worker in daemon.workers()}
    shown = daemon.flowyd("stacks")

    assert shown.returncode == 0, shown.stderr
    for name in ("acts:0", "acts:1", "decs:0"):
        assert name in shown.stdout
    assert shown.stdout.count("Current thread") == 3
    assert "in serve_activities" in shown.stdout
    assert "scribe.py" in shown.stdout
    assert {worker.pid for worker in daemon.workers()} == before


def test_an_activity_is_found_where_it_is_and_only_its_slot_is_shown(daemon, tmp_path):
    daemon.flowy("start", "Hanging", f'["{tmp_path}"]')
    daemon.until("it runs", lambda _: (tmp_path / "began").exists())
    pid = int((tmp_path / "began").read_text())
    slot = next(worker.slot for worker in daemon.workers() if worker.pid == pid)
    told = json.loads(daemon.flowyd("stacks", "acts", str(slot), "--json").stdout)

    assert told["schema"] == 1
    (worker,) = told["workers"]
    assert (worker["pool"], worker["slot"], worker["pid"]) == ("acts", slot, pid)
    assert (worker["state"], worker["condition"][0]) == ("busy", "S")
    assert "in hang" in worker["stacks"]

    again = json.loads(daemon.flowyd("stacks", "acts", str(slot), "--json").stdout)
    assert again["workers"][0]["stacks"].count("Current thread") == 1  # anew, not once more

    (tmp_path / "go").touch()
    daemon.until("it is done", lambda s: all(w.state != "busy" for w in s.pools[0].workers))


def test_a_worker_that_cannot_answer_is_told_as_stopped(daemon):
    victim = daemon.workers()[0]
    os.kill(victim.pid, signal.SIGSTOP)
    shown = daemon.flowyd("stacks", "acts", str(victim.slot))
    os.kill(victim.pid, signal.SIGCONT)

    assert shown.returncode == 1
    assert "T (stopped)" in shown.stdout
    assert "it did not answer" in shown.stdout
    assert daemon.flowy("start", "Twice", "[3]", "--wait").stdout.split()[-1] == "12"


def test_what_is_not_there_is_refused(daemon):
    assert "there is no pool 'nobody'" in daemon.flowyd("stacks", "nobody").stderr
    assert daemon.flowyd("stacks", "acts", "7").returncode == 1
