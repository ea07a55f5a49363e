"""A service that throttles, and answers that get lost: workers wait, and lose nothing."""

import json
import urllib.request

import pytest
from engine_process import Engine, running

PLUGIN = """
import os
from pathlib import Path
from flowy import ActivityProxy, Workflow, activity, workflow

@activity("Count", 1, "acts")
def count(directory):
    with Path(directory, "ledger").open("a") as ledger:
        ledger.write("x\\n")

@workflow("Counting", 1, "decs")
class Counting(Workflow):
    count = ActivityProxy("Count", 1)

    def run(self, directory):
        for _ in range(3):
            self.count(directory).result()
"""
ELSEWHERE = """
[swf]
backend = "aws"
region = "eu-west-1"
endpoint_url = "{url}"
[web]
listen = "127.0.0.1:0"
"""


@pytest.fixture
def faults(tmp_path):
    """What the engine does wrong: a list of rules, read again whenever it changes."""

    def write(*rules):
        (tmp_path / "faults.json").write_text(json.dumps({"rule": rules}))

    write()
    return write


@pytest.fixture
def engine(tmp_path, faults):
    options = ("--faults", str(tmp_path / "faults.json"))
    with running(tmp_path / "apart.db", 3.0, *options) as engine:
        engine.client().register_domain(name="tests", workflowExecutionRetentionPeriodInDays="1")
        yield engine


def metric(daemon, line):
    """The value of a metric, on the page of the web child."""
    page = daemon.child("web").address + "/metrics"
    with urllib.request.urlopen(page, timeout=20) as answer:
        lines = answer.read().decode().splitlines()
    return [float(text.split()[-1]) for text in lines if text.startswith(line)]


def begin(daemon, engine: Engine):
    where = ("--domain", "tests", "--endpoint-url", engine.url)
    started = daemon.flowy("start", "Counting", f'["{daemon.directory}"]', "--id", "w", *where)
    assert started.returncode == 0, started.stderr
    return where


def ended(daemon, where):
    found = daemon.flowy("result", "w", *where)
    return found.returncode == 0


def test_a_throttled_pool_slows_down_and_loses_neither_a_worker_nor_a_task(launch, engine, faults):
    daemon = launch(plugin=PLUGIN, more=ELSEWHERE.format(url=engine.url))
    daemon.until_ready()
    before = {worker.pid for worker in daemon.workers()}
    faults({"kind": "throttle", "operation": "PollForActivityTask"})
    daemon.eventually(
        "the pool waits", lambda: metric(daemon, 'flowyd_poll_delay_seconds{pool="acts"}') > [0]
    )
    assert metric(daemon, 'flowyd_poll_delay_seconds{pool="decs"}') == [0]
    where = begin(daemon, engine)
    faults()

    assert ended(daemon, where), daemon.log
    daemon.eventually(
        "it is fast again", lambda: metric(daemon, 'flowyd_poll_delay_seconds{pool="acts"}') == [0]
    )
    assert {worker.pid for worker in daemon.workers()} == before
    assert (daemon.directory / "ledger").read_text() == "x\n" * 3


def test_answers_that_get_lost_are_sent_again_and_nothing_is_done_twice(launch, engine, faults):
    daemon = launch(plugin=PLUGIN, more=ELSEWHERE.format(url=engine.url))
    daemon.until_ready()
    kinds = ("reset_before", "error", "throttle", "reset_after")
    answer = "RespondActivityTaskCompleted"
    faults(*({"kind": kind, "operation": answer, "next": 1} for kind in kinds))
    where = begin(daemon, engine)

    assert ended(daemon, where), daemon.log
    assert (daemon.directory / "ledger").read_text() == "x\n" * 3
