"""Stopping: by stages, with nothing left behind."""

import signal
import time


def test_stop_ends_everything_within_seconds_and_leaves_no_process_or_socket(daemon):
    began = time.monotonic()
    stopped = daemon.flowyd("stop")

    assert stopped.returncode == 0, stopped.stderr
    assert time.monotonic() - began < 15  # an idle poll alone would last 60
    assert daemon.wait() == 0
    assert daemon.left_behind() == []
    assert list(daemon.run_dir.iterdir()) == []
    assert not (daemon.directory / "state" / "engine.url").exists()


def test_sigterm_stops_as_well(daemon):
    daemon.process.send_signal(signal.SIGTERM)

    assert daemon.wait() == 0
    assert daemon.left_behind() == []


def test_a_running_task_is_finished_before_the_daemon_ends(daemon, tmp_path):
    daemon.flowy("start", "Hanging", f'["{tmp_path}"]', "--id", "h")
    daemon.until("the activity runs", lambda s: s.pools[0].busy)
    daemon.process.send_signal(signal.SIGTERM)
    status = daemon.until(
        "only the busy worker is left", lambda s: sum(len(pool.workers) for pool in s.pools) == 1
    )
    (worker,) = next(pool.workers for pool in status.pools if pool.workers)

    assert status.state == "stopping"
    assert not status.ready
    assert worker.state == "draining"
    assert worker.task is not None
    assert worker.task.type == "Hang/1"
    assert daemon.flowyd("status").returncode == 1

    (tmp_path / "go").touch()

    assert daemon.wait() == 0
    assert (tmp_path / "done").exists()
    assert daemon.left_behind() == []


def test_further_signals_go_further_and_a_third_one_kills(daemon, tmp_path):
    daemon.flowy("start", "Hanging", f'["{tmp_path}"]')
    daemon.until("the activity runs", lambda s: s.pools[0].busy)
    daemon.process.send_signal(signal.SIGINT)
    daemon.until("it drains", lambda s: s.pools[0].workers[0].state == "draining")
    daemon.process.send_signal(signal.SIGINT)
    daemon.until("it is cut", lambda s: s.pools[0].workers[0].state == "cutting")
    daemon.process.send_signal(signal.SIGINT)

    assert daemon.wait() == 0
    assert daemon.left_behind() == []


def test_a_task_that_outlasts_the_drain_is_cut(launch, tmp_path):
    daemon = launch(acts='drain_timeout = "300 ms"')
    daemon.until_ready()
    daemon.flowy("start", "Hanging", f'["{tmp_path}"]')
    daemon.until("the activity runs", lambda s: s.pools[0].busy)
    daemon.process.send_signal(signal.SIGTERM)

    daemon.until("it is cut", lambda s: s.pools[0].workers[0].state == "cutting")


def test_a_stop_during_the_start_is_obeyed(launch):
    daemon = launch()
    daemon.until("it answers", lambda _: True)
    daemon.process.send_signal(signal.SIGTERM)

    assert daemon.wait() == 0
    assert daemon.left_behind() == []
