"""Tasks whose time is up: hung ones, and those that meet a daemon that stops."""

import json
import signal

PLUGIN = '''
import ctypes, os, signal, threading
from pathlib import Path
from flowy import Activity, ActivityProxy, Workflow, activity, workflow

def note(directory):
    with Path(directory, "ledger").open("a") as ledger:
        ledger.write(f"{os.getpid()}\\n")

@activity("Stuck", 1, "acts", start_to_close=1)
def stuck(directory):
    note(directory)
    ctypes.PyDLL(None).sleep(1000)

@activity("Stubborn", 1, "acts", start_to_close=1000)
class Stubborn(Activity):
    """Never looks whether it shall stop; the second attempt is another matter."""

    def run(self, directory):
        if self.task.attempt > 1:
            return "done"
        note(directory)
        self.heartbeat("almost")
        threading.Event().wait()

@activity("Docile", 1, "acts", start_to_close=1000)
class Docile(Activity):
    def run(self, directory):
        if self.task.attempt > 1:
            return "done"
        note(directory)
        while self.heartbeat("here"):
            threading.Event().wait(0.02)

class Calling(Workflow):
    def run(self, directory):
        return self.call(directory).result()

@workflow("Sticking", 1, "decs")
class Sticking(Calling):
    call = ActivityProxy("Stuck", 1)

@workflow("Stubbornly", 1, "decs")
class Stubbornly(Calling):
    call = ActivityProxy("Stubborn", 1)

@workflow("Docilely", 1, "decs")
class Docilely(Calling):
    call = ActivityProxy("Docile", 1)

@workflow("Musing", 1, "decs", task_start_to_close=1)
class Musing(Workflow):
    """Its first decision never ends."""

    def run(self, directory):
        if not Path(directory, "ledger").exists():
            note(directory)
            threading.Event().wait()
        return "decided"
'''


def begin(daemon, name):
    """Start an execution and wait until its code runs."""
    ledger = daemon.directory / "ledger"
    started = daemon.flowy("start", name, json.dumps([str(daemon.directory)]), "--id", "w")
    assert started.returncode == 0, started.stderr
    daemon.until("the code runs", lambda _: ledger.exists() and ledger.read_text())


def exits(status, pool):
    last = next(one for one in status.pools if one.name == pool).last_exit
    return last.kind if last else None


def reasons(daemon):
    """The reason and the details' heartbeat of each failed attempt."""
    lines = map(json.loads, daemon.flowy("history", "w", "--json").stdout.splitlines())
    failed = [
        e["activityTaskFailedEventAttributes"]
        for e in lines
        if e["eventType"] == "ActivityTaskFailed"
    ]
    return [(f["reason"], json.loads(f["details"]).get("heartbeat")) for f in failed]


def test_an_activity_past_its_start_to_close_is_ended_with_its_stacks_and_its_slot_refilled(launch):
    daemon = launch(plugin=PLUGIN, processes=1)
    daemon.until_ready()
    begin(daemon, "Sticking")
    daemon.until("the worker is gone", lambda s: exits(s, "acts") == "hung")
    daemon.until_ready()

    assert "sample_plugin.py" in daemon.log
    assert "in stuck" in daemon.log


def test_a_decision_past_its_start_to_close_is_ended_and_made_by_another_decider(launch):
    daemon = launch(plugin=PLUGIN)
    daemon.until_ready()
    begin(daemon, "Musing")
    daemon.until("the decider is gone", lambda s: exits(s, "decs") == "hung")

    assert json.loads(daemon.flowy("result", "w").stdout) == "decided"
    assert "in run" in daemon.log


def test_a_task_that_gives_up_at_the_drains_end_is_a_worker_shutdown(launch):
    daemon = launch(plugin=PLUGIN, acts='drain_timeout = "1 s"')
    daemon.until_ready()
    begin(daemon, "Docilely")
    daemon.process.terminate()
    assert daemon.wait() == 0
    successor = launch()
    successor.until_ready()

    assert json.loads(successor.flowy("result", "w").stdout) == "done"
    assert reasons(successor) == [("flowy.WorkerShutdown", '"here"')]


def test_one_that_is_killed_since_it_does_not_give_up_is_answered_all_the_same(launch):
    daemon = launch(plugin=PLUGIN, acts='drain_timeout = "1 s"')
    daemon.until_ready()
    begin(daemon, "Stubbornly")
    for _ in range(3):
        daemon.process.send_signal(signal.SIGTERM)
    assert daemon.wait() == 0
    successor = launch()
    successor.until_ready()

    assert json.loads(successor.flowy("result", "w").stdout) == "done"
    assert reasons(successor) == [("flowy.WorkerShutdown", '"almost"')]
