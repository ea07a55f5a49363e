"""A supervisor that is killed: its engine serves the last clients, a successor takes over."""

import os
import signal
import socket
import threading
import time

import psutil

from flowyd.control.status import Status


def hang(daemon, directory, id):
    """Start an execution whose activity works until the file `go` is there."""
    directory.mkdir()
    daemon.flowy("start", "Hanging", f'["{directory}"]', "--id", id)
    daemon.until("the activity runs", lambda _: (directory / "began").exists())
    return int((directory / "began").read_text())


def attempts_of(daemon, id):
    """How often the activity of an execution was begun."""
    return daemon.flowy("history", id).stdout.count("ActivityTaskStarted")


def kill(daemon):
    daemon.process.kill()
    daemon.process.wait()


def alive(pid):
    """Whether it runs; one that nobody has reaped yet does not."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_a_running_activity_is_answered_through_the_engine_of_a_dead_supervisor(launch, tmp_path):
    daemon = launch()
    daemon.until_ready()
    engine = daemon.child("engine").pid
    hang(daemon, tmp_path / "a", "w")
    kill(daemon)
    pause = threading.Event()
    pause.wait(1)  # the others have left by then: only the activity's worker is a client
    assert alive(engine), daemon.log
    (tmp_path / "a" / "go").touch()
    daemon.eventually("nothing is left", lambda: not daemon.left_behind())
    assert "serving until the last client is" in daemon.log
    successor = launch()
    successor.until_ready()
    assert successor.flowy("result", "w").returncode == 0
    assert attempts_of(successor, "w") == 1


def test_a_successor_takes_over_at_the_same_address_while_an_old_worker_is_still_at_it(
    launch, tmp_path
):
    daemon = launch()
    daemon.until_ready()
    address, engine = daemon.child("engine").address, daemon.child("engine").pid
    worker = hang(daemon, tmp_path / "a", "w")
    kill(daemon)
    successor = launch()
    status: Status = successor.until_ready()
    assert alive(worker)
    assert not alive(engine)
    assert next(child.address for child in status.children if child.name == "engine") == address
    (tmp_path / "a" / "go").touch()
    assert successor.flowy("result", "w").returncode == 0
    assert attempts_of(successor, "w") == 1
    daemon.eventually("nothing of the dead one is left", lambda: not daemon.left_behind())


def test_an_address_that_somebody_else_took_meanwhile_is_no_obstacle(launch, tmp_path):
    daemon = launch()
    daemon.until_ready()
    kill(daemon)
    daemon.eventually("nothing is left", lambda: not daemon.left_behind())

    port = int((tmp_path / "state" / "engine.url").read_text().strip().rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)):
        successor = launch()
        status = successor.until_ready()
    (engine,) = [child for child in status.children if child.name == "engine"]
    assert not engine.address.endswith(f":{port}")


def test_a_supervisor_that_stands_still_stalls_no_worker_and_loses_no_count(launch):
    daemon = launch()
    daemon.until_ready()
    seconds = float(os.environ.get("FLOWY_STANDSTILL", "10"))
    done_before = tasks_ended(daemon)
    os.kill(daemon.process.pid, signal.SIGSTOP)
    try:
        began, runs = time.monotonic(), 0
        while time.monotonic() < began + seconds:
            done = daemon.flowy("start", "Twice", "[3]", "--wait")
            assert done.returncode == 0, done.stderr + daemon.log
            runs += 1
    finally:
        os.kill(daemon.process.pid, signal.SIGCONT)
    assert runs > 0
    daemon.eventually(
        "every task is counted", lambda: tasks_ended(daemon) - done_before >= 2 * runs
    )
    daemon.until_ready()


def tasks_ended(daemon):
    return sum(worker.tasks for worker in daemon.pool("acts").workers)
