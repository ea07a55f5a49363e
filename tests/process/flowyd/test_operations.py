"""Pause, resume, scale, restart: what an operator does to a running daemon."""

import json


def pids(daemon, pool="acts"):
    return {worker.slot: worker.pid for worker in daemon.workers(pool)}


def test_a_paused_pool_takes_no_task_until_it_is_resumed(shared_daemon):
    assert shared_daemon.flowyd("pause", "acts").returncode == 0
    shared_daemon.until(
        "it is empty", lambda s: s.pools[0].state == "paused" and not s.pools[0].workers
    )
    status = shared_daemon.flowyd("status")
    assert status.returncode == 1
    assert "`flowyd resume acts` ends it" in status.stdout

    shared_daemon.flowy("start", "Twice", "[3]", "--id", "w")
    assert shared_daemon.flowyd("resume", "acts").returncode == 0
    assert shared_daemon.flowy("result", "w").stdout.strip() == "12"


def test_a_pool_grows_and_shrinks(shared_daemon):
    assert shared_daemon.flowyd("scale", "acts", "4").returncode == 0
    shared_daemon.until("four are ready", lambda s: s.pools[0].ready == 4)
    assert shared_daemon.flowyd("scale", "acts", "1").returncode == 0
    shared_daemon.until("one is left", lambda s: len(s.pools[0].workers) == 1)
    assert shared_daemon.flowy("start", "Twice", "[3]", "--wait").stdout.split()[-1] == "12"

    assert shared_daemon.flowyd("scale", "acts", "2").returncode == 0


def test_a_restart_replaces_each_worker_without_a_gap(daemon):
    before = pids(daemon)
    least = []
    assert daemon.flowyd("restart", "acts").returncode == 0

    def replaced(status):
        least.append(status.pools[0].ready)
        now = {worker.slot: worker.pid for worker in status.pools[0].workers}
        return set(now) == set(before) and not set(now.values()) & set(before.values())

    daemon.until("all are new", replaced)
    daemon.until_ready()
    assert min(least) >= 2, least
    assert daemon.pool("acts").restarts == 0


def test_one_slot_is_replaced_and_the_other_stays(daemon):
    before = pids(daemon)
    answer = daemon.flowyd("restart", "acts", "1", "--json")
    assert json.loads(answer.stdout) == {"schema": 1, "done": True}
    daemon.until(
        "it is new",
        lambda s: (
            {w.pid for w in s.pools[0].workers} & {before[0]}
            and before[1] not in {w.pid for w in s.pools[0].workers}
        ),
    )
    assert pids(daemon)[0] == before[0]


def test_what_makes_no_sense_is_refused_with_what_would(shared_daemon):
    answer = shared_daemon.flowyd("pause", "nobody")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "there is no pool 'nobody'; there are: acts, decs" in answer.stderr
    assert shared_daemon.flowyd("scale", "acts", "-1").returncode == 2
    assert shared_daemon.flowyd("restart", "acts", "7").returncode == 1


def test_without_a_daemon_the_exit_code_says_so(flowyd, launch, tmp_path):
    (tmp_path / "flowyd.toml").write_text('domain = "d"\n[pools.p]\nkind = "activity"\n')
    assert flowyd("pause", "p").returncode == 3
