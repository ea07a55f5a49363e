"""Workers that hang: found, made to show where they are, replaced; and those that only seem to."""

import os
import signal

from flowyd.control import client

SHORT = '[supervisor]\nhung_after = "3 s"'
HELD = """
import ctypes

@activity("Hold", 1, "acts")
def hold(directory):
    \"\"\"Six seconds in a C call that lets no other thread of this process run.\"\"\"
    Path(directory, "began").write_text(str(os.getpid()))
    ctypes.PyDLL(None).sleep(6)
    return "held"

@workflow("Holding", 1, "decs")
class Holding(Workflow):
    hold = ActivityProxy("Hold", 1)

    def run(self, directory):
        return self.hold(directory).result()
"""


def test_a_stopped_worker_is_told_of_then_shows_its_stacks_and_is_replaced(launch):
    daemon = launch(more=SHORT)
    daemon.until_ready()
    victim, other = (worker.pid for worker in daemon.workers())
    os.kill(victim, signal.SIGSTOP)
    status = daemon.until("a word is said", lambda s: s.reasons)

    assert f"worker acts:0 (pid {victim}) has been silent for" in status.reasons[0]
    assert 'flowyd_workers_silent{pool="acts"} 1.0' in client.metrics(daemon.run_dir)

    daemon.until("it is gone", lambda s: s.pools[0].last_exit)
    daemon.until_ready()
    last = daemon.pool("acts").last_exit
    assert (last.kind, last.code, last.pid) == ("hung", -signal.SIGABRT, victim)
    assert "Fatal Python error: Aborted" in daemon.log
    assert "in serve_activities" in daemon.log
    assert other in {worker.pid for worker in daemon.workers()}
    assert 'flowyd_worker_exits_total{class="hung",pool="acts"} 1.0' in client.metrics(
        daemon.run_dir
    )


def test_an_activity_that_holds_the_interpreter_is_shown_and_left_at_work(
    launch, sample_plugin, tmp_path
):
    daemon = launch(more=SHORT, plugin=sample_plugin + HELD)
    daemon.until_ready()
    daemon.flowy("start", "Holding", f'["{tmp_path}"]', "--id", "w")
    daemon.until("it runs", lambda _: (tmp_path / "began").exists())
    pid = int((tmp_path / "began").read_text())
    status = daemon.until(
        "its silence shows",
        lambda s: any(w.pid == pid and (w.silent_ms or 0) > 4_000 for w in s.pools[0].workers),
    )

    assert status.state == "ok"
    assert daemon.flowy("result", "w").stdout.strip() == '"held"'
    assert pid in {worker.pid for worker in daemon.workers()}
