"""Lambda functions on the engine: a decider of plain boto3 asks, `serve_lambdas` answers."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import boto3
import pytest

from flowy import lambda_function
from flowy.errors import ServiceError, UnknownResource
from flowy.registry import Registry
from flowy.swf.client import SWFClient
from flowy.worker.lambdas import serve_lambdas
from flowy.worker.post import Post

FLOW = {"name": "Flow", "version": "1"}
LIST = {"name": "decide"}


@lambda_function("double")
def double(payload):
    return {"doubled": 2 * payload["number"], "name": "Größe"}


@lambda_function("count")
def count(payload):
    return len(payload)


@lambda_function("refuse")
def refuse(payload):
    raise LookupError(f"no {payload} today")


class Decider:
    """An unmodified boto3 client in a domain of its own, with an open execution."""

    def __init__(self, url: str) -> None:
        self.domain = f"domain-{uuid4()}"
        self.swf = boto3.client(
            "swf",
            endpoint_url=url,
            region_name="eu-west-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
        )
        self.swf.register_domain(name=self.domain, workflowExecutionRetentionPeriodInDays="1")
        self.swf.register_workflow_type(domain=self.domain, **FLOW)
        started = self.swf.start_workflow_execution(
            domain=self.domain,
            workflowId="w",
            workflowType=FLOW,
            taskList=LIST,
            executionStartToCloseTimeout="300",
            taskStartToCloseTimeout="30",
            childPolicy="TERMINATE",
            lambdaRole="arn:aws:iam::123456789012:role/any",
        )
        self.execution = {"workflowId": "w", "runId": started["runId"]}

    def ask(self, *functions: dict[str, str]) -> None:
        """Schedule functions, each an id, a name and perhaps an input."""
        task = self.swf.poll_for_decision_task(domain=self.domain, taskList=LIST)
        kind = "ScheduleLambdaFunction"
        decisions = [
            {"decisionType": kind, "scheduleLambdaFunctionDecisionAttributes": function}
            for function in functions
        ]
        self.swf.respond_decision_task_completed(taskToken=task["taskToken"], decisions=decisions)

    def closed(self, kind: str) -> list[dict[str, Any]]:
        """The attributes of the events `LambdaFunction<kind>`."""
        found = self.swf.get_workflow_execution_history(
            domain=self.domain, execution=self.execution
        )
        block = f"lambdaFunction{kind}EventAttributes"
        return [event[block] for event in found["events"] if block in event]

    def until(self, kind: str, number: int) -> list[dict[str, Any]]:
        """The same, once there are so many."""
        pause, deadline = Event(), time.monotonic() + 20
        while len(found := self.closed(kind)) < number:
            assert time.monotonic() < deadline, found
            pause.wait(0.02)
        return found


@contextmanager
def working(client: SWFClient) -> Iterator[None]:
    """A lambda worker in a thread, until the block ends."""
    registry, stop = Registry(), Event()
    for thing in (double, count, refuse):
        registry.add(thing)
    post = Post(client, registry, "any", f"lambdas-{uuid4()}")
    thread = Thread(target=serve_lambdas, args=(post, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive(), "the loop did not stop: its poll was not released"


@pytest.fixture
def decider(engine_url: str) -> Decider:
    return Decider(engine_url)


@pytest.fixture
def client(engine_url: str, decider: Decider) -> SWFClient:
    return SWFClient(decider.domain, endpoint_url=engine_url)


@pytest.mark.timeout(90)
def test_functions_run_and_the_history_has_their_results(decider, client):
    with working(client):
        decider.ask(
            {"id": "1", "name": "double", "input": '{"number": 4}'},
            {"id": "2", "name": "arn:aws:lambda:eu-west-1:12:function:count"},
        )
        results = {json.dumps(json.loads(e["result"])) for e in decider.until("Completed", 2)}
    assert results == {json.dumps({"doubled": 8, "name": "Größe"}), "0"}


@pytest.mark.timeout(90)
def test_functions_that_fail_or_are_not_there_fail_as_aws_lambda_has_them_fail(decider, client):
    with working(client):
        decider.ask(
            {"id": "1", "name": "refuse", "input": '"tea"'}, {"id": "2", "name": "elsewhere"}
        )
        failed = {event["reason"]: event["details"] for event in decider.until("Failed", 2)}
    assert set(failed) == {"LookupError", "ResourceNotFoundException"}
    told = json.loads(failed["LookupError"])
    assert (told["errorMessage"], told["errorType"]) == ("no tea today", "LookupError")
    assert "in refuse" in told["stackTrace"][0]


@pytest.mark.timeout(90)
def test_a_function_is_answered_once(decider, client):
    decider.ask({"id": "1", "name": "double", "input": "7"})
    task = client.poll_lambda("me")
    assert (task.name, task.input) == ("double", "7")
    assert (task.execution.workflow_id, task.execution.run_id) == tuple(decider.execution.values())
    client.fail_lambda(task.token, "Tired", "{}")
    with pytest.raises(UnknownResource, match="Unknown lambda function"):
        client.complete_lambda(task.token, "1")


def test_amazon_swf_is_not_even_asked_for_what_it_does_not_have():
    with pytest.raises(ServiceError, match="Amazon SWF has no PollForLambdaTask"):
        SWFClient("d", region="eu-west-1").poll_lambda("me")


def test_a_server_without_such_tasks_says_so(moto_url):
    with pytest.raises(ServiceError):
        SWFClient("d", endpoint_url=moto_url).poll_lambda("me")
