"""The worker loops against two servers that speak SWF: moto, and the engine in its own process."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from uuid import uuid4

import pytest

from flowy import Activity, ActivityProxy, TaskFailed, Workflow, activity, workflow
from flowy.client import Client
from flowy.errors import ExecutionFailed
from flowy.registry import Registry
from flowy.swf.events import DecisionTaskScheduled
from flowy.worker.activities import serve_activities
from flowy.worker.decisions import serve_decisions
from flowy.worker.post import Post
from flowy.worker.registration import register_types


@activity("Double", 1, "work")
def double(number):
    return {"doubled": 2 * number, "name": "Größe"}


@activity("Refuse", 1, "work", heartbeat=30)
class Refuse(Activity):
    def run(self, what):
        assert self.heartbeat({"at": what})
        raise ValueError(f"no {what} today")


@workflow("Doubling", 1, "decide")
class Doubling(Workflow):
    double = ActivityProxy("Double", 1)
    refuse = ActivityProxy("Refuse", 1)

    def run(self, numbers):
        doubles = [self.double(number) for number in numbers]
        try:
            self.refuse("tea").result()
        except TaskFailed as error:
            refusal = f"{error.remote_type}: {error.remote_message}"
        return [[placeholder.result()["doubled"] for placeholder in doubles], refusal]


@workflow("Steps", 1, "decide")
class Steps(Workflow):
    double = ActivityProxy("Double", 1)

    def run(self, count):
        RUNS.append(count)
        for number in range(count):
            self.double(number).result()
        return count


RUNS = []


@workflow("Failing", 1, "decide")
class Failing(Workflow):
    def run(self):
        raise LookupError("nothing there")


@contextmanager
def working(client: Client) -> Iterator[Registry]:
    """A decider and an activity worker, each in a thread, until the block ends."""
    registry, stop = Registry(), Event()
    for thing in (double, Refuse, Doubling, Steps, Failing):
        registry.add(thing)
    assert register_types(client.swf, registry) == []
    decider = Post(client.swf, registry, "decide", f"decider-{uuid4()}")
    worker = Post(client.swf, registry, "work", f"worker-{uuid4()}")
    threads = [
        Thread(target=serve_decisions, args=(decider, stop), name="decider", daemon=True),
        Thread(target=serve_activities, args=(worker, stop), name="worker", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield registry
    finally:
        stop.set()
        for thread in threads:
            thread.join(20)
        assert not any(thread.is_alive() for thread in threads), "a loop did not stop"


@pytest.mark.timeout(120)
def test_a_workflow_runs_to_its_result_through_both_loops(client):
    with working(client):
        handle = client.start(Doubling, [1, 2, 3], id="the-first", tags=["contract"])
        assert handle.result(timeout=60) == [[2, 4, 6], "ValueError: no tea today"]
        assert handle.describe().status == "COMPLETED"
        assert client.handle("the-first").run_id == handle.run_id


@pytest.mark.timeout(120)
def test_an_exception_of_workflow_code_is_told_to_who_waits(client):
    with working(client):
        handle = client.start(("Failing", 1), execution_start_to_close=600)
        with pytest.raises(ExecutionFailed, match="LookupError: nothing there") as caught:
            handle.result(timeout=60)
    assert caught.value.status == "FAILED"
    assert "Traceback" in caught.value.details


@pytest.mark.timeout(120)
def test_types_are_registered_once_and_other_defaults_are_a_warning(client):
    with working(client) as registry:
        assert register_types(client.swf, registry) == []

    @activity("Double", 1, "work", start_to_close=7)
    def changed(number): ...

    other = Registry()
    other.add(changed)
    (fault,) = register_types(client.swf, other)
    assert fault.severity == "warning"
    assert "defaultTaskStartToCloseTimeout 3600 (code: 7)" in fault.message


@pytest.mark.timeout(120)
def test_whoever_waits_too_short_is_told_that_the_execution_is_open(client):
    with working(client):
        pass
    handle = client.start(Doubling, [1])
    with pytest.raises(TimeoutError, match="still open"):
        handle.result(timeout=0.2)
    handle.terminate("enough")
    with pytest.raises(ExecutionFailed, match="TERMINATED: enough"):
        handle.result(timeout=20)


@pytest.mark.timeout(120)
def test_the_code_of_an_execution_runs_once_whether_or_not_the_service_knows_overrides(
    client, request
):
    RUNS.clear()
    with working(client):
        handle = client.start(Steps, 5)
        assert handle.result(timeout=60) == 5
    lists = {
        event.attributes.task_list.name
        for event in handle.history()
        if isinstance(event.attributes, DecisionTaskScheduled)
    }
    honoured = "moto" not in request.node.callspec.id
    assert len(lists) == (2 if honoured else 1)
    assert all(name == "decide" or name.startswith("decide.sticky.") for name in lists)
    assert RUNS == [5]


@pytest.mark.timeout(120)
def test_private_polls_stop_where_the_service_ignores_overrides(client, request, monkeypatch):
    private, stopped = [], Event()
    poll = client.swf.poll_decision

    def watched(task_list, identity, *, news_only=False):
        if news_only:
            private.append(stopped.is_set())
        return poll(task_list, identity, news_only=news_only)

    monkeypatch.setattr(client.swf, "poll_decision", watched)
    with working(client):
        assert client.start(Steps, 2).result(timeout=60) == 2
        stopped.set()
        seen = len(private)
        assert client.start(Steps, 5).result(timeout=60) == 5
        ignored = "moto" in request.node.callspec.id
        assert len(private) - seen <= (1 if ignored else 10)
        assert ignored or len(private) > seen
