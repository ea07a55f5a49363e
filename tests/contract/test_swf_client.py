"""The boto3 edge: what each server answers becomes our values and our errors."""

import socket
import time
from contextlib import contextmanager, suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from uuid import uuid4

import pytest

from flowy.client import Client
from flowy.errors import AlreadyExists, ServiceError, ServiceUnreachable, UnknownResource
from flowy.options import ACTIVITY_DEFAULTS, WORKFLOW_DEFAULTS, Options, WorkflowOptions
from flowy.swf.client import SWFClient
from flowy.swf.decisions import (
    CompleteWorkflowExecution,
    RequestCancelActivityTask,
    ScheduleActivityTask,
    StartTimer,
)
from flowy.swf.values import ExecutionId, TypeId

WORK = TypeId("Work", "1")
STEP = TypeId("Step", "1")


def prepared(swf):
    """A client whose domain has two types."""
    with suppress(AlreadyExists):
        swf.register_domain()
    swf.register_workflow_type(WORK, WorkflowOptions(task_list="decide").over(WORKFLOW_DEFAULTS))
    swf.register_activity_type(STEP, Options(task_list="steps").over(ACTIVITY_DEFAULTS))
    return swf


@pytest.fixture
def swf(client: Client) -> SWFClient:
    return prepared(client.swf)


def test_what_exists_already_is_told(swf):
    with pytest.raises(AlreadyExists):
        swf.register_domain()
    with pytest.raises(AlreadyExists):
        swf.register_activity_type(STEP, ACTIVITY_DEFAULTS)
    swf.start("one", WORK, None)
    with pytest.raises(AlreadyExists) as caught:
        swf.start("one", WORK, None)
    assert caught.value.hint


def test_what_does_not_exist_is_told(swf):
    other = TypeId("Work", "2")
    with pytest.raises(UnknownResource):
        swf.describe_workflow_type(other)
    with pytest.raises(UnknownResource):
        swf.describe(ExecutionId("none", "22"))
    with pytest.raises(UnknownResource, match="has no execution 'none'"):
        swf.latest_run("none")
    with pytest.raises(UnknownResource):
        swf.signal("none", "go", "1")


def test_a_parameter_that_swf_cannot_take_is_an_error_of_ours(swf):
    with pytest.raises(ServiceError):
        swf.start("", WORK, None)


def test_registered_defaults_come_back_as_they_were_given(swf):
    found = swf.describe_activity_type(STEP)
    assert (found.type, found.status) == (STEP, "REGISTERED")
    assert found.defaults == {
        "defaultTaskList": {"name": "steps"},
        "defaultTaskScheduleToStartTimeout": "NONE",
        "defaultTaskStartToCloseTimeout": "3600",
        "defaultTaskScheduleToCloseTimeout": "NONE",
        "defaultTaskHeartbeatTimeout": "60",
    }
    assert swf.workflow_versions("Work") == ["1"]
    assert swf.workflow_versions("None") == []


def test_a_decision_task_brings_its_whole_history(swf):
    run_id = swf.start("long", WORK, "[1]", WorkflowOptions(tags=("a", "b")))
    first = swf.poll_decision("decide", "me")
    swf.complete_decision(
        first.token, [StartTimer("86400", f"t{n}") for n in range(40)], context="mine"
    )
    swf.signal("long", "go", '"now"', run_id)
    task = swf.poll_decision("decide", "me")
    assert task.execution == ExecutionId("long", run_id)
    assert task.type == WORK
    assert [event.id for event in task.events] == list(range(1, len(task.events) + 1))
    assert task.events[-1].id == task.started_event_id
    assert task.previous_started_event_id == first.started_event_id
    assert task.events[3].attributes.execution_context == "mine"
    assert abs(task.events[0].at - time.time() * 1000) < 60_000, "times are in milliseconds"


def test_history_comes_in_pages_from_either_end(swf):
    run = ExecutionId("paged", swf.start("paged", WORK, None))
    task = swf.poll_decision("decide", "me")
    swf.complete_decision(task.token, [CompleteWorkflowExecution("1")])
    ids = [event.id for event in swf.history(run, page=2)]
    assert ids == [1, 2, 3, 4, 5]
    assert [event.id for event in swf.history(run, newest_first=True, page=2)] == ids[::-1]
    found = swf.describe(run)
    assert (found.status, found.is_open, found.type) == ("COMPLETED", False, WORK)
    assert swf.latest_run("paged") == run


def test_the_open_run_is_the_latest_one(swf):
    first = swf.start("again", WORK, None)
    swf.terminate("again", "over", first)
    assert swf.latest_run("again").run_id == first
    second = swf.start("again", WORK, None)
    assert swf.latest_run("again").run_id == second
    assert [found.status for found in swf.executions(open=False)] == ["TERMINATED"]
    assert [found.execution.run_id for found in swf.executions(open=True)] == [second]


def step_of(swf):
    """An activity task that just arrived."""
    swf.start("steps", WORK, None)
    task = swf.poll_decision("decide", "me")
    swf.complete_decision(task.token, [ScheduleActivityTask("s", STEP, input="[1]")])
    return swf.poll_activity("steps", "me")


def test_an_activity_task_is_answered_once(swf):
    step = step_of(swf)
    assert (step.id, step.type, step.input) == ("s", STEP, "[1]")
    assert swf.heartbeat(step.token, '"10 %"') is False
    swf.fail_activity(step.token, "Tired", "{}")
    with pytest.raises(ServiceError):
        swf.complete_activity(step.token, "1")


def test_a_heartbeat_tells_of_the_request_to_cancel(engine_url):
    # moto cannot carry out RequestCancelActivityTask: the engine alone is asked.
    swf = prepared(SWFClient(f"domain-{uuid4()}", endpoint_url=engine_url))
    step = step_of(swf)
    assert swf.heartbeat(step.token, None) is False
    swf.signal("steps", "stop", None)
    task = swf.poll_decision("decide", "me")
    swf.complete_decision(task.token, [RequestCancelActivityTask("s")])
    assert swf.heartbeat(step.token, None) is True
    swf.cancel_activity(step.token, "half")
    with pytest.raises(UnknownResource):
        swf.heartbeat(step.token, None)


def test_a_server_that_is_not_there_is_unreachable():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        gone = SWFClient("d", endpoint_url=f"http://127.0.0.1:{free.getsockname()[1]}")
        with pytest.raises(ServiceUnreachable):
            gone.poll_activity("a", "me")
        assert gone.release_polls("me") is False


@contextmanager
def hanging_up():
    """A server that closes each connection when the request came; counts them."""
    counted = []

    class HangUp(StreamRequestHandler):
        def handle(self):
            self.rfile.readline()
            counted.append(1)

    with ThreadingTCPServer(("127.0.0.1", 0), HangUp) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", counted
        server.shutdown()


def test_polls_and_answers_are_sent_once_and_reads_again():
    with hanging_up() as (url, counted):
        swf = SWFClient("d", endpoint_url=url)
        for send in (
            lambda: swf.poll_activity("a", "me"),
            lambda: swf.poll_decision("a", "me"),
            lambda: swf.poll_lambda("me"),
            lambda: swf.complete_activity("token", "1"),
            lambda: swf.complete_lambda("token", "1"),
            lambda: swf.start("w", WORK, None),
        ):
            counted.clear()
            with pytest.raises(ServiceUnreachable):
                send()
            assert len(counted) == 1
        counted.clear()
        with pytest.raises(ServiceUnreachable):
            swf.describe(ExecutionId("w", "r"))
        assert len(counted) == 3


def test_moto_knows_no_release_and_nobody_minds(moto_url):
    assert SWFClient("d", endpoint_url=moto_url).release_polls("me") is False


@pytest.mark.timeout(60)
def test_the_engine_releases_a_poll_that_it_holds(engine_url):
    swf = SWFClient(f"domain-{uuid4()}", endpoint_url=engine_url)
    swf.register_domain()
    polled = []
    poller = Thread(target=lambda: polled.append(swf.poll_activity("a", "me")), daemon=True)
    poller.start()
    deadline = time.monotonic() + 20
    while poller.is_alive() and time.monotonic() < deadline:
        assert swf.release_polls("me") is True
        poller.join(0.1)
    assert polled == [None]


def test_ids_and_keys_are_asked_of_nobody_for_an_endpoint_on_this_host(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    assert SWFClient("d", endpoint_url="http://localhost:1").loopback
    with pytest.raises(ServiceError, match="NoRegion"):
        SWFClient("d")
