"""A fault of the supervisor's own: one is survived, a series ends it for systemd to restart."""

import pytest

from flowyd.control import client

PLANT = """
import sys
from pathlib import Path

if "run" in sys.orig_argv:
    from flowyd.supervisor.loop import Loop

    sound = Loop._round

    def planted(loop):
        sound(loop)
        for fault in Path("faults").iterdir():
            fault.unlink()
            raise ValueError(f"planted {fault.name}")

    Loop._round = planted
"""


@pytest.fixture
def faults(tmp_path, monkeypatch):
    """A directory: each file in it makes a round of the loop fail once."""
    (tmp_path / "sitecustomize.py").write_text(PLANT)
    (tmp_path / "faults").mkdir()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path / "faults"


def test_a_round_that_fails_is_told_and_counted_and_the_daemon_goes_on(faults, daemon):
    before = {worker.pid for worker in daemon.workers()}
    (faults / "one").touch()
    daemon.eventually("it is told", lambda: "planted one" in daemon.log)

    assert "flowyd_loop_errors_total 1.0" in client.metrics(daemon.run_dir)
    assert '"exc_type": "ValueError"' in daemon.log
    assert {worker.pid for worker in daemon.workers()} == before
    assert daemon.flowy("start", "Twice", "[3]", "--wait").stdout.split()[-1] == "12"


def test_a_series_of_failed_rounds_ends_the_daemon_with_70_and_nothing_stays(faults, daemon):
    for number in range(5):
        (faults / str(number)).touch()

    assert daemon.wait() == 70
    daemon.eventually("nothing is left", lambda: not daemon.left_behind())
