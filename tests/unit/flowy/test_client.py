"""Waiting for a result, over histories kept in a dict."""

import time

import pytest

from flowy import Workflow, activity, client, workflow
from flowy.client import Client, Handle, target
from flowy.converter import PLAIN
from flowy.errors import (
    ExecutionFailed,
    OptionError,
    SerializationError,
    ServiceUnreachable,
    Throttled,
)
from flowy.options import WorkflowOptions
from flowy.payloads import Payloads
from flowy.swf import events as e
from flowy.swf.values import ExecutionId, TaskList, TypeId

LOST = ServiceUnreachable("EndpointConnectionError", "refused")


class Service:
    """Each run's looks, one after the other; the last one stays."""

    loopback = True
    payloads = Payloads()

    def __init__(self, **runs):
        self.runs, self.started, self.signals = runs, [], []

    def history(self, execution, *, newest_first, page):
        assert (newest_first, page) == (True, 1), "one event is all that a look may cost"
        looks = self.runs[execution.run_id]
        found = looks.pop(0) if len(looks) > 1 else looks[0]
        if isinstance(found, Exception):
            raise found
        return iter([e.Event(9, 0, found)])

    def start(self, *said):
        self.started.append(said)
        return "first"

    def signal(self, *said):
        self.signals.append(said)


OPEN = e.WorkflowExecutionSignaled("go")
DONE = e.WorkflowExecutionCompleted(4, '{"n":1}')
CONTINUED = e.WorkflowExecutionContinuedAsNew(
    child_policy="TERMINATE",
    decision_task_completed_event_id=4,
    new_execution_run_id="second",
    task_list=TaskList("l"),
    workflow_type=TypeId("W", "1"),
)


def handle(service):
    return Handle(service, ExecutionId("w", "first"))


@workflow("W", 1, "list", task_start_to_close=9)
class Work(Workflow):
    def run(self): ...


def test_a_result_is_waited_for():
    assert handle(Service(first=[OPEN, OPEN, DONE])).result() == {"n": 1}


def test_a_continued_run_is_followed_to_its_result():
    assert handle(Service(first=[CONTINUED], second=[OPEN, DONE])).result() == {"n": 1}


def test_a_failure_is_raised():
    closed = e.WorkflowExecutionTerminated("TERMINATE", reason="enough")
    with pytest.raises(ExecutionFailed, match="TERMINATED: enough"):
        handle(Service(first=[closed])).result()


def test_a_server_that_is_away_for_a_moment_is_borne():
    throttled = Throttled("ThrottlingException", "Rate exceeded")
    assert handle(Service(first=[LOST, throttled, LOST, DONE])).result() == {"n": 1}


def test_a_server_that_stays_away_is_told(monkeypatch):
    monkeypatch.setattr(client, "PATIENCE", 0.2)
    with pytest.raises(ServiceUnreachable):
        handle(Service(first=[LOST])).result()


def test_a_time_out_is_kept_also_when_the_server_is_away():
    for looks in ([OPEN], [LOST], [CONTINUED]):
        began = time.monotonic()
        with pytest.raises(TimeoutError, match="'w' is still open"):
            handle(Service(first=looks, second=[OPEN])).result(timeout=0.1)
        assert 0.1 <= time.monotonic() - began < 5


def test_a_signal_goes_as_json_to_this_run():
    service = Service()
    handle(service).signal("go", {"to": "ü"})
    handle(service).signal("stop")
    assert service.signals == [("w", "go", '{"to":"ü"}', "first"), ("w", "stop", None, "first")]


def test_a_decorated_class_is_started_with_its_options_and_our_defaults():
    kind, options = target(Work)
    assert kind == TypeId("W", "1")
    assert (options.task_list, options.task_start_to_close) == ("list", 9)
    assert options.execution_start_to_close == 7 * 24 * 3600


def test_a_type_that_is_only_named_is_started_with_its_registered_defaults():
    assert target(("W", 1)) == (TypeId("W", "1"), WorkflowOptions())


def test_what_is_no_workflow_is_refused():
    @activity("A", 1, "list")
    def step(): ...

    for thing in (step, Service, "W"):
        with pytest.raises(OptionError, match="is no workflow"):
            target(thing)


def test_arguments_and_options_reach_the_start():
    service = Service()
    door = Client.__new__(Client)  # __init__ would connect
    door.swf = service
    door.converter = PLAIN
    started = door.start(Work, 1, id="mine", tags=["t"], task_list="other", who="Ada")
    (workflow_id, kind, text, options) = service.started[0]
    assert (workflow_id, kind, started.run_id) == ("mine", TypeId("W", "1"), "first")
    assert text == '{"$flowy":1,"args":[1],"kwargs":{"who":"Ada"}}'
    assert (options.task_list, options.tags) == ("other", ("t",))
    assert door.start(Work).id != door.start(Work).id
    with pytest.raises(SerializationError, match="args"):
        door.start(Work, {1, 2})
