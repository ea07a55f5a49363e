"""Board and courier: what a worker was at outlives it, and nothing that it does silences it."""

import json
import os
import signal
import threading
import time
from pathlib import Path

HELD = int(os.environ.get("FLOWY_CHAOS_HELD", "8"))
"""Seconds of a call that holds the interpreter; its heartbeat is due several times meanwhile."""
PLUGIN = '''
import ctypes, os, signal, threading
from pathlib import Path
from flowy import Activity, ActivityProxy, Workflow, activity, workflow

def note(directory):
    with Path(directory, "ledger").open("a") as ledger:
        ledger.write(f"{os.getpid()}\\n")

@activity("Step", 1, "acts", heartbeat=30, start_to_close=600)
class Step(Activity):
    """Tells how far it is; the first attempt waits to be killed."""

    def run(self, directory):
        if self.task.attempt > 1:
            return self.last_details
        self.heartbeat({"done": 7})
        note(directory)
        while not Path(directory, "go").exists():
            threading.Event().wait(0.02)

@activity("Holding", 1, "acts", heartbeat=HEARTBEAT, auto_heartbeat=True, start_to_close=600)
class Holding(Activity):
    """Holds the interpreter's lock in a C call, as bad extensions do."""

    def run(self, directory, seconds):
        note(directory)
        signals = {signal.SIGTERM, signal.SIGUSR2}  # they would cut the call short
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        ctypes.PyDLL(None).sleep(seconds)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
        return "slept"

@workflow("Stepping", 1, "decs")
class Stepping(Workflow):
    step = ActivityProxy("Step", 1)

    def run(self, directory):
        return self.step(directory).result()

@workflow("Held", 1, "decs")
class Held(Workflow):
    holding = ActivityProxy("Holding", 1)

    def run(self, directory, seconds):
        return self.holding(directory, seconds).result()
'''.replace("HEARTBEAT", str(max(HELD // 6, 2)))


def ledger(directory):
    """The pids of all attempts that began."""
    try:
        return [int(line) for line in (directory / "ledger").read_text().split()]
    except OSError:
        return []


def begin(daemon, name, id, *arguments):
    """Start an execution and wait until its activity runs; the worker's pid."""
    directory = daemon.directory
    started = daemon.flowy("start", name, json.dumps([str(directory), *arguments]), "--id", id)
    assert started.returncode == 0, started.stderr
    daemon.until("the activity runs", lambda _: ledger(directory))
    return ledger(directory)[-1]


def events(daemon, id, kind):
    """The attributes of all events of a type in an execution's history."""
    lines = daemon.flowy("history", id, "--json").stdout.splitlines()
    block = kind[0].lower() + kind[1:] + "EventAttributes"
    return [event[block] for event in map(json.loads, lines) if event["eventType"] == kind]


def failures(daemon, id):
    return events(daemon, id, "ActivityTaskFailed")


def reasons(daemon):
    return [failed["reason"] for failed in failures(daemon, "w")]


def happened(daemon, id, kind):
    """When the events of a type happened, in seconds of the wall clock."""
    lines = map(json.loads, daemon.flowy("history", id, "--json").stdout.splitlines())
    return [event["eventTimestamp"] for event in lines if event["eventType"] == kind]


def acts(status):
    return next(pool for pool in status.pools if pool.name == "acts").workers


def test_a_killed_workers_task_is_answered_with_its_last_details_and_tried_again(launch):
    daemon = launch(plugin=PLUGIN)
    daemon.until_ready()
    os.kill(begin(daemon, "Stepping", "w"), signal.SIGKILL)

    assert json.loads(daemon.flowy("result", "w").stdout) == {"done": 7}
    (lost,) = failures(daemon, "w")
    assert lost["reason"] == "flowy.WorkerLost"
    assert json.loads(lost["details"])["heartbeat"] == '{"done":7}'


def test_a_lost_task_is_answered_though_its_pool_is_paused(launch):
    daemon = launch(plugin=PLUGIN)
    daemon.until_ready()
    worker = begin(daemon, "Stepping", "w")
    assert daemon.flowyd("pause", "acts").returncode == 0
    daemon.until("the pool drains", lambda s: all(w.state == "draining" for w in acts(s)))
    os.kill(worker, signal.SIGKILL)
    daemon.eventually("it is answered", lambda: reasons(daemon) == ["flowy.WorkerLost"])
    assert acts(daemon.status()) == []
    assert daemon.flowyd("resume", "acts").returncode == 0

    assert json.loads(daemon.flowy("result", "w").stdout) == {"done": 7}


def test_a_lost_task_is_answered_though_the_daemon_stops_and_before_it_has(launch):
    daemon = launch(plugin=PLUGIN)
    daemon.until_ready()
    worker = begin(daemon, "Stepping", "w")
    daemon.process.terminate()
    daemon.until("the daemon stops", lambda s: s.state == "stopping")
    os.kill(worker, signal.SIGKILL)
    assert daemon.wait() == 0
    assert not daemon.left_behind()
    successor = launch()
    successor.until_ready()

    assert json.loads(successor.flowy("result", "w").stdout) == {"done": 7}
    assert reasons(successor) == ["flowy.WorkerLost"]


def test_a_killed_workers_task_is_answered_and_its_slot_is_ready_in_a_moment(launch):
    daemon = launch(plugin=PLUGIN, processes=1)
    daemon.until_ready()
    worker = begin(daemon, "Stepping", "w")
    killed = time.time()
    os.kill(worker, signal.SIGKILL)
    assert json.loads(daemon.flowy("result", "w").stdout) == {"done": 7}
    (lost,) = happened(daemon, "w", "ActivityTaskFailed")
    _, begun = happened(daemon, "w", "ActivityTaskStarted")  # by the slot's next worker

    # The goals are 0.25 and 0.3 s on an idle machine: see benchmarks. This is a busy one.
    assert lost - killed < 2.5
    assert begun - killed < 5


def test_a_call_that_holds_the_interpreter_silences_no_heartbeat(launch):
    daemon = launch(plugin=PLUGIN)
    daemon.until_ready()
    begin(daemon, "Held", "w", HELD)

    threading.Event().wait(max(HELD - 20, 0))  # a long one is over after a command's patience
    assert json.loads(daemon.flowy("result", "w").stdout) == "slept"
    assert len(ledger(daemon.directory)) == 1
    assert events(daemon, "w", "ActivityTaskTimedOut") == []


def another_courier(old):
    """Whether there is one by now."""
    return lambda status: any(
        child.name == "courier" and child.state == "serving" and child.pid != old
        for child in status.children
    )


def test_a_killed_courier_is_replaced_and_its_successor_goes_on_from_the_boards(launch):
    daemon = launch(plugin=PLUGIN)
    daemon.until_ready()
    begin(daemon, "Held", "w", 5)
    courier = daemon.child("courier").pid
    os.kill(courier, signal.SIGKILL)
    daemon.until("another courier works", another_courier(courier))

    assert json.loads(daemon.flowy("result", "w").stdout) == "slept"
    assert len(ledger(daemon.directory)) == 1


def test_a_courier_that_stands_still_is_replaced(daemon):
    courier = daemon.child("courier").pid
    os.kill(courier, signal.SIGSTOP)
    daemon.until("another courier works", another_courier(courier))


def test_a_lost_task_is_answered_by_the_next_courier_if_there_is_none(launch):
    daemon = launch(plugin=PLUGIN)
    daemon.until_ready()
    worker = begin(daemon, "Stepping", "w")
    os.kill(daemon.child("courier").pid, signal.SIGKILL)
    os.kill(worker, signal.SIGKILL)

    assert json.loads(daemon.flowy("result", "w").stdout) == {"done": 7}
    assert [lost["reason"] for lost in failures(daemon, "w")] == ["flowy.WorkerLost"]


def test_an_activity_worker_has_its_own_thread_and_the_one_that_reports(daemon):
    for worker in daemon.workers():
        threads = Path(f"/proc/{worker.pid}/task")
        daemon.eventually("no third one", lambda threads=threads: len(list(threads.iterdir())) == 2)


def test_a_worker_of_a_killed_supervisor_has_its_heartbeats_sent_to_its_end(launch):
    daemon = launch(plugin=PLUGIN)
    daemon.until_ready()
    begin(daemon, "Held", "w", 6)
    daemon.process.kill()
    daemon.process.wait()
    daemon.eventually("nothing is left", lambda: not daemon.left_behind())
    successor = launch()
    successor.until_ready()

    assert json.loads(successor.flowy("result", "w").stdout) == "slept"
    assert len(ledger(daemon.directory)) == 1
