"""What is killed comes back, and takes nothing else along."""

import os
import signal
from functools import partial

import psutil

from flowyd.control.status import Status


def pids(status: Status) -> set[int | None]:
    return {worker.pid for pool in status.pools for worker in pool.workers}


def test_a_killed_worker_is_replaced_and_the_status_shows_it(daemon):
    victim = daemon.workers()[0]
    os.kill(victim.pid, signal.SIGKILL)
    daemon.until("the pid is gone", lambda s: victim.pid not in pids(s))
    daemon.until_ready()

    pool = daemon.pool("acts")
    assert pool.last_exit is not None
    assert (pool.last_exit.kind, pool.last_exit.code) == ("signal", -signal.SIGKILL)
    assert pool.last_exit.pid == victim.pid
    assert pool.restarts == 1
    assert {worker.spawn for worker in pool.workers if worker.slot == victim.slot} == {1}


def test_a_killed_zygote_ends_no_worker_and_later_workers_come_from_a_new_one(daemon):
    before = daemon.status()
    zygote = daemon.child("zygote").pid
    os.kill(zygote, signal.SIGKILL)
    daemon.until(
        "another zygote serves",
        lambda s: any(
            child.name == "zygote" and child.state == "serving" and child.pid != zygote
            for child in s.children
        ),
    )

    assert pids(daemon.status()) == pids(before)

    victim = daemon.workers()[0].pid
    os.kill(victim, signal.SIGKILL)
    daemon.until("the worker is replaced", lambda s: victim not in pids(s))
    daemon.until_ready()


def test_a_killed_engine_comes_back_at_its_address_and_the_workers_go_on(daemon):
    before = daemon.status()
    engine = daemon.child("engine")
    os.kill(engine.pid, signal.SIGKILL)
    daemon.until(
        "another engine serves",
        lambda s: any(
            child.name == "engine" and child.state == "serving" and child.pid != engine.pid
            for child in s.children
        ),
    )

    assert daemon.child("engine").address == engine.address
    assert daemon.flowy("start", "Twice", "[3]", "--wait").stdout.split()[-1] == "12"
    assert pids(daemon.status()) == pids(before)


def test_the_workers_of_a_killed_supervisor_leave_by_themselves(daemon):
    daemon.process.kill()
    daemon.process.wait()
    daemon.eventually("nothing is left", lambda: not daemon.left_behind())


def test_a_worker_takes_along_what_it_had_started(daemon, tmp_path):
    assert daemon.flowy("start", "Hanging", f'["{tmp_path}"]').returncode == 0
    daemon.until("the activity runs", lambda _: (tmp_path / "began").exists())
    worker = psutil.Process(int((tmp_path / "began").read_text()))
    children = worker.children()
    assert [child.name() for child in children] == ["sleep"]
    worker.kill()

    # The next attempt starts another one: only those of the first are looked for.
    daemon.eventually(
        "its child is gone", lambda: not any(map(psutil.Process.is_running, children))
    )


def everybody(status):
    """The pids of all children."""
    return {child.pid for child in status.children} | pids(status)


def without(before, status):
    """Whether none of these pids is left."""
    return not before & everybody(status)


def test_whatever_dies_together_comes_back_and_no_process_is_left_over(daemon):
    for _ in range(2):
        before = everybody(daemon.status())
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        daemon.until("all are new", partial(without, before))
        daemon.until_ready()

    status = daemon.status()
    known = everybody(status) | {daemon.process.pid}
    daemon.eventually("only known processes live", lambda: len(daemon.left_behind()) == len(known))
