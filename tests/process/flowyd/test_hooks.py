"""The plugins' hooks around workers and tasks, also those that fail."""

from pathlib import Path

import pytest

IMPORT = "\nfrom flowy import hookimpl\n"
START = IMPORT + "@hookimpl\ndef flowy_worker_start(worker):\n    if worker.kind == 'activity': "
STOP = IMPORT + "@hookimpl\ndef flowy_worker_stop(worker):\n    "
NOTE = (
    IMPORT
    + """
@hookimpl
def flowy_worker_{word}(worker):
    with open({file!r}, "a") as file:
        file.write(worker.pool + ":" + str(worker.slot) + " {word}\\n")
"""
)
TASK = (
    IMPORT
    + """
from contextlib import contextmanager
@hookimpl
@contextmanager
def flowy_task(task):
    if {before}: raise OSError("no tracing")
    yield
    raise OSError("no end of tracing")
"""
)


def test_start_and_stop_are_called_once_in_each_worker_with_what_it_is(
    launch, sample_plugin, tmp_path
):
    begin, end = (NOTE.format(file=str(tmp_path / "hooks"), word=w) for w in ("start", "stop"))
    daemon = launch(plugin=sample_plugin + begin + end)
    daemon.until_ready()
    started = Path(tmp_path, "hooks").read_text().split("\n")
    assert sorted(filter(None, started)) == ["acts:0 start", "acts:1 start", "decs:0 start"]
    daemon.flowyd("stop")

    ended = Path(tmp_path, "hooks").read_text().split("\n")[3:]
    assert sorted(filter(None, ended)) == ["acts:0 stop", "acts:1 stop", "decs:0 stop"]


def test_a_start_hook_that_says_it_cannot_work_as_configured_holds_its_pool_at_once(
    launch, sample_plugin
):
    daemon = launch(processes=1, plugin=sample_plugin + START + "raise SystemExit(78)\n")
    status = daemon.until("it is held", lambda s: s.pools[0].state == "held")

    assert (status.pools[0].last_exit.kind, status.pools[0].last_exit.code) == ("config", 78)
    assert status.pools[0].restarts == 1
    assert status.pools[0].next_try_ms is None
    assert "`flowyd resume acts` tries again at once" in " ".join(status.reasons)


def test_a_stop_hook_that_fails_is_told_and_costs_neither_counts_nor_patience(
    launch, sample_plugin
):
    daemon = launch(plugin=sample_plugin + STOP + "raise OSError('no farewell')\n")
    daemon.until_ready()
    before = {worker.pid for worker in daemon.workers()}
    daemon.flowyd("restart", "acts")
    daemon.until(
        "all are new", lambda s: not before & {worker.pid for worker in s.pools[0].workers}
    )

    assert daemon.pool("acts").last_exit.kind == "drained"
    assert daemon.pool("acts").state == "ok"
    assert "no farewell" in daemon.log


@pytest.mark.parametrize("before", [True, False])
def test_a_task_hook_that_fails_is_told_and_the_task_runs(launch, sample_plugin, before):
    daemon = launch(plugin=sample_plugin + TASK.format(before=before))
    daemon.until_ready()

    assert daemon.flowy("start", "Twice", "[3]", "--wait").stdout.split()[-1] == "12"
    assert ("no tracing" if before else "no end of tracing") in daemon.log
