"""Deciders that keep executions in memory, under a real daemon: death, stop, limits, metrics."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from flowy.client import Handle
from flowy.swf.client import SWFClient
from flowy.swf.events import (
    DecisionTaskCompleted,
    DecisionTaskStarted,
    DecisionTaskTimedOut,
    WorkflowExecutionSignaled,
)
from flowy.swf.values import TypeId
from flowyd.control import client
from flowyd.supervisor.keys import engine_key

PLUGIN = '''
import gc, os
from pathlib import Path
from flowy import ActivityProxy, Workflow, activity, workflow

@activity("Note", 1, "acts")
def note(path, text):
    with Path(path).open("a") as file:
        file.write(text + "\\n")

@workflow("Steps", 1, "decs", task_start_to_close=5)
class Steps(Workflow):
    note = ActivityProxy(note)

    def run(self, path, count):
        for number in range(count):
            self.note(path, str(number)).result()
        return count

@workflow("Patient", 1, "decs")
class Patient(Workflow):
    """Waits for a signal, so that a test has it in one decider's memory for as long as it wants."""

    def run(self):
        return [self.signal("go").result(), self.signal("go").result()]

@workflow("Inside", 1, "decs")
class Inside(Workflow):
    def run(self):
        return [gc.isenabled(), hash("a")]

@workflow("Missing", 1, "decs")
class Missing(Workflow):
    def run(self, path):
        if not os.path.exists(path):
            raise ImportError("the module is not here yet")
        return "mended"
'''


@pytest.fixture
def start(launch):
    """Starts a daemon whose decider pool has these further settings."""

    def begin(more="processes = 2", **files):
        daemon = launch(processes=1, more=more, plugin=PLUGIN, **files)
        daemon.until_ready()
        return daemon

    return begin


def service(daemon):
    """SWF, without the time that a command takes to start."""
    key = engine_key(daemon.directory / "state")
    return SWFClient("tests", endpoint_url=daemon.child("engine").address, credentials=key)


def begin(daemon, name, input, id):
    service(daemon).start(id, TypeId(name, "1"), json.dumps(input))


def signal_go(daemon, id):
    for value in ("1", "2"):
        service(daemon).signal(id, "go", value)


def result(daemon, id):
    swf = service(daemon)
    return Handle(swf, swf.latest_run(id)).result(timeout=60)


def history(daemon, id):
    """The attributes of an execution's events."""
    swf = service(daemon)
    return [event.attributes for event in swf.history(swf.latest_run(id))]


def deciders(daemon, id):
    """The pids of the deciders that an execution had, in their order."""
    started = [e for e in history(daemon, id) if isinstance(e, DecisionTaskStarted)]
    return [int(event.identity.split(":")[1]) for event in started]


def lapsed(daemon, id):
    found = [e for e in history(daemon, id) if isinstance(e, DecisionTaskTimedOut)]
    return [event.timeout_type for event in found]


def signals(daemon, id):
    found = [e for e in history(daemon, id) if isinstance(e, WorkflowExecutionSignaled)]
    return [event.signal_name for event in found]


def sticky(daemon):
    return daemon.pool("decs").sticky


def test_the_executions_of_a_killed_decider_go_on_at_another_one(start, tmp_path):
    daemon, notes = start(), tmp_path / "notes"
    begin(daemon, "Steps", [str(notes), 40], "s")
    daemon.eventually("it is on its way", lambda: notes.exists() and len(lines(notes)) > 5)
    dead = deciders(daemon, "s")[-1]
    os.kill(dead, signal.SIGKILL)

    assert result(daemon, "s") == 40
    assert lines(notes) == list(map(str, range(40)))
    assert set(lapsed(daemon, "s")) <= {"SCHEDULE_TO_START", "START_TO_CLOSE"}
    pids = deciders(daemon, "s")
    assert len(set(pids)) == 2
    assert dead not in pids[pids.index(pids[-1]) :]


def lines(path):
    return path.read_text().splitlines()


def test_an_idle_execution_of_a_killed_decider_waits_for_seconds_only(start):
    daemon = start()
    begin(daemon, "Patient", [], "p")
    daemon.until("it is kept", lambda _: sticky(daemon).kept == 1)
    (dead,) = deciders(daemon, "p")
    os.kill(dead, signal.SIGKILL)
    daemon.until("what it kept is gone", lambda _: sticky(daemon).kept == 0)
    signal_go(daemon, "p")

    assert result(daemon, "p") == [1, 2]
    assert lapsed(daemon, "p") == ["SCHEDULE_TO_START"]
    daemon.until("the miss is counted", lambda _: sticky(daemon).lookups.get("miss") == 1)


def test_a_stop_in_the_middle_takes_seconds_and_the_next_daemon_goes_on(start, tmp_path):
    daemon, notes = start(), tmp_path / "notes"
    begin(daemon, "Steps", [str(notes), 300], "s")
    daemon.eventually("it is on its way", lambda: notes.exists() and len(lines(notes)) > 5)
    began = time.monotonic()
    assert daemon.flowyd("stop").returncode == 0
    assert time.monotonic() - began < 15
    assert daemon.wait() == 0
    assert daemon.left_behind() == []
    assert len(lines(notes)) < 300

    daemon = start()
    assert result(daemon, "s") == 300
    assert lines(notes) == list(map(str, range(300)))


def test_a_decider_that_leaves_gives_its_executions_back_to_the_list_of_all(start, tmp_path):
    daemon, notes = start("processes = 1\nmax_tasks = 10"), tmp_path / "notes"
    begin(daemon, "Steps", [str(notes), 60], "s")

    assert result(daemon, "s") == 60
    answers = [e for e in history(daemon, "s") if isinstance(e, DecisionTaskCompleted)]
    assert "decs" in {answer.task_list.name for answer in answers[:-1]}
    assert len(set(deciders(daemon, "s"))) > 2
    assert "START_TO_CLOSE" not in lapsed(daemon, "s")


def test_a_decider_keeps_no_more_than_it_is_told_and_evicted_executions_go_on(start):
    daemon = start("processes = 1\nkeep = 1")
    for number in range(3):
        begin(daemon, "Patient", [], f"p{number}")
    daemon.until("one is kept", lambda _: sticky(daemon).evictions.get("count") == 2)
    assert sticky(daemon).kept == 1
    for number in range(3):
        signal_go(daemon, f"p{number}")
    assert [result(daemon, f"p{number}") for number in range(3)] == [[1, 2]] * 3
    assert sticky(daemon).lookups["new"] == 3


def test_what_is_kept_is_counted_in_status_and_metrics(start, tmp_path):
    daemon = start("processes = 1")
    begin(daemon, "Steps", [str(tmp_path / "notes"), 20], "s")
    assert result(daemon, "s") == 20
    daemon.until("it is counted", lambda _: sticky(daemon).evictions == {"closed": 1})
    told = json.loads(daemon.flowyd("status", "--json").stdout)
    (pool,) = [pool for pool in told["pools"] if pool["name"] == "decs"]
    assert pool["sticky"] == {
        "kept": 0,
        "lookups": {"new": 1, "hit": 20},
        "evictions": {"closed": 1},
    }
    assert 'flowyd_sticky_lookups_total{pool="decs",result="hit"} 20.0' in client.metrics(
        daemon.run_dir
    )


def test_a_parked_execution_is_seen_and_in_nobodys_way(start, tmp_path):
    daemon, there = start("processes = 1"), tmp_path / "there"
    begin(daemon, "Missing", [str(there)], "m")
    daemon.until("it is parked", lambda _: daemon.pool("decs").parked == 1)
    assert 'flowyd_parked_executions{pool="decs"} 1.0' in client.metrics(daemon.run_dir)
    assert "1 parked" in daemon.flowyd("status").stdout
    assert "execution parked" in daemon.log
    assert "the module is not here yet" in daemon.log
    shown = daemon.flowy("show", "m").stdout
    assert "parked      until 2" in shown
    assert "ImportError: the module is not here yet" in shown
    begin(daemon, "Steps", [str(tmp_path / "notes"), 3], "s")
    assert result(daemon, "s") == 3


def test_a_parked_execution_is_woken_before_its_time(start, tmp_path):
    daemon, there = start("processes = 1"), tmp_path / "there"
    begin(daemon, "Missing", [str(there)], "m")
    daemon.until("it is parked", lambda _: daemon.pool("decs").parked == 1)
    there.touch()
    assert daemon.flowy("wake", "m").stdout == "woke m\n"
    assert result(daemon, "m") == "mended"
    assert signals(daemon, "m") == ["flowy.wake"]
    daemon.until("nothing is parked", lambda _: daemon.pool("decs").parked == 0)
    assert "parked" not in daemon.flowy("show", "m").stdout


def test_a_daemon_that_stops_wakes_what_it_parked_for_the_one_that_follows(start, tmp_path):
    daemon, there = start("processes = 1"), tmp_path / "there"
    begin(daemon, "Missing", [str(there)], "m")
    daemon.until("it is parked", lambda _: daemon.pool("decs").parked == 1)
    assert daemon.flowyd("stop").returncode == 0
    assert daemon.wait() == 0
    there.touch()

    daemon = start("processes = 1")
    assert result(daemon, "m") == "mended"
    names = [
        e.signal_name for e in history(daemon, "m") if isinstance(e, WorkflowExecutionSignaled)
    ]
    assert names == ["flowy.wake"]


def test_deciders_collect_garbage_and_hash_alike_even_where_hashes_are_random(start, monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "random")
    daemon = start("processes = 1")
    begin(daemon, "Inside", [], "i")
    fixed = {**os.environ, "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-c", "print(hash('a'))"]
    told = subprocess.run(command, env=fixed, capture_output=True, text=True, check=True)

    assert result(daemon, "i") == [True, int(told.stdout)]
