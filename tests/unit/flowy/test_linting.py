"""What in workflow code would differ in replay is found by reading it."""

import pytest

from flowy.linting import lint

HEAD = """\
import datetime
import datetime as dt
import os
import random
import requests
import socket
import threading
import time
import urllib.request
import uuid
from datetime import date, datetime as when
from random import choice
from time import time as t
from uuid import uuid4
import flowy
from flowy import Workflow, activity, workflow
"""
LINE = HEAD.count("\n")


def faults(code):
    return lint(HEAD + code, "flows.py")


def in_run(line):
    """The faults of a workflow whose run has just this line."""
    return faults(f"class Flow(Workflow):\n    def run(self, items):\n        {line}\n")


@pytest.mark.parametrize(
    ("line", "what", "hint"),
    [
        ("time.time()", "time.time", "self.now()"),
        ("t()", "time.time", "self.now()"),
        ("time.monotonic()", "time.monotonic", "self.now()"),
        ("time.sleep(5)", "time.sleep", "self.sleep(seconds)"),
        ("datetime.datetime.now()", "datetime.datetime.now", "self.now()"),
        ("dt.datetime.utcnow()", "datetime.datetime.utcnow", "self.now()"),
        ("when.now(tz=None)", "datetime.datetime.now", "self.now()"),
        ("date.today()", "datetime.date.today", "self.now()"),
        ("random.random()", "random.random()", "self.random"),
        ("choice(items)", "random.choice()", "self.random"),
        ("random.Random()", "random.Random()", "self.random"),
        ("uuid.uuid1()", "uuid.uuid1", "self.uuid4()"),
        ("uuid4()", "uuid.uuid4", "self.uuid4()"),
        ("open('f')", "open()", "activity"),
        ("items.read_text()", ".read_text()", "activity"),
        ("socket.socket()", "socket.socket()", "activity"),
        ("requests.get('u')", "requests.get()", "activity"),
        ("urllib.request.urlopen('u')", "urllib.request.urlopen()", "activity"),
        ("os.environ['HOME']", "os.environ", "argument"),
        ("os.getenv('HOME')", "os.getenv", "argument"),
        ("threading.Thread()", "threading.Thread()", "self.spawn"),
        ("hash(items)", "hash()", "hashlib"),
        ("[x for x in {1, 2}]", "the order of a set", "sorted"),
        ("items.sort(key=t)", "time.time", "self.now()"),
        ("import time as later; later.time()", "time.time", "self.now()"),
    ],
)
def test_what_differs_in_replay_is_found_with_its_line_and_what_to_use(line, what, hint):
    (found,) = in_run(line)
    assert found.where == f"flows.py:{LINE + 3}"
    assert found.message == f"{what} in Flow.run is not the same in each replay"
    assert hint in found.hint
    assert found.severity == "warning"


@pytest.mark.parametrize(
    "line",
    [
        "self.now(); self.random.choice(items); self.uuid4()",
        "time.time()  # flowy: ignore",
        "self.side_effect(lambda: time.time())",
        "self.side_effect(uuid.uuid4)",
        "random.Random(7)",
        "when(2026, 1, 1) - datetime.timedelta(days=1)",
        "os.path.join('a', 'b')",
        "[x for x in sorted({1, 2})]",
        "time = items[0]; time.time()",
        "open = items[0]; open()",
        "isinstance(items, requests.HTTPError)",
        "uuid.UUID(items[0])",
    ],
)
def test_what_is_the_same_in_replay_is_let_off(line):
    assert in_run(line) == []


def test_functions_that_a_method_calls_are_read_too():
    (found,) = faults("""
def outer():
    return inner()

def inner():
    return time.time()

def unused():
    return time.time()

class Flow(Workflow):
    def run(self):
        return self.spawn(outer).result()
""")
    assert (found.where, "in inner" in found.message) == (f"flows.py:{LINE + 6}", True)


def test_activities_are_not_workflow_code():
    code = """
@activity("Work", 1, "work")
def work():
    return time.time()

@flowy.activity("Other", 1, "work")
class Other(flowy.Activity):
    def run(self):
        return open("f").read()

class Flow(Workflow):
    def run(self):
        return work
"""
    assert faults(code) == []


def test_parents_and_nested_classes_are_workflows_too():
    code = """
class Base(flowy.Workflow):
    def now(self):
        return time.time()

class Outer:
    class Flow(Base):
        def run(self):
            return uuid4()
"""
    assert [fault.message.split()[0] for fault in faults(code)] == ["time.time", "uuid.uuid4"]


def test_a_module_without_workflows_and_what_is_no_python_have_no_faults():
    assert faults("def run(): return time.time()\n") == []
    assert lint("def (", "flows.py") == []


def test_each_place_is_told_once_in_order_of_lines():
    found = in_run("b = t(); a = t(); uuid4()")
    assert [fault.message.split()[0] for fault in found] == ["time.time", "uuid.uuid4"]
