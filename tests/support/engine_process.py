"""A real engine in its own process, an unmodified boto3 client, and raw HTTP."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

DOMAIN = "d"
FLOW = {"name": "Flow", "version": "1"}
WORK = {"name": "Work", "version": "1"}


class Engine:
    """One engine process on `database`; start it again after `kill` or `stop`."""

    def __init__(self, database: Path | str, hold: float = 1.0, *options: str) -> None:
        self.database = str(database)
        self.hold = hold
        self.options = options
        self.process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> "Engine":
        command = [sys.executable, "-m", "flowy", "engine", "--db", self.database]
        self.process = subprocess.Popen(
            [*command, "--listen", "127.0.0.1:0", "--hold", str(self.hold), *self.options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("listening on http://"), self.end()
        self.url = line.split()[-1]
        return self

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.end()

    def stop(self) -> tuple[int, str, str]:
        """End it kindly; returns its exit status and what else it wrote."""
        assert self.process is not None
        self.process.terminate()
        return self.end()

    def end(self) -> tuple[int, str, str]:
        assert self.process is not None
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err

    def client(self, **config: Any) -> Any:
        options = {"retries": {"total_max_attempts": 1}} | config
        return boto3.client(
            "swf",
            endpoint_url=self.url,
            region_name="eu-west-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
            config=Config(**options),
        )

    def send(self, operation: str, request: Any) -> HTTPConnection:
        """Send a request and do not wait for its answer; `read` reads it."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("POST", "/", json.dumps(request), headers(operation))
        return connection

    def get(self, path: str) -> tuple[int, str]:
        """Read a page as a browser or Prometheus would."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def metric(self, name: str) -> float:
        """The value of one metric, its labels being part of the name."""
        lines = self.get("/metrics")[1].splitlines()
        (line,) = [line for line in lines if line.startswith(f"{name} ")]
        return float(line.split()[-1])

    def hold_polls(self, *polls: tuple[str, str], identity: str = "me") -> list[HTTPConnection]:
        """Send polls (operation, task list), and return once the engine has taken them all."""
        sent = [
            self.send(
                operation, {"domain": DOMAIN, "taskList": {"name": name}, "identity": identity}
            )
            for operation, name in polls
        ]
        # What was sent before on other connections is carried out before this is answered.
        self.post("ListDomains", {"registrationStatus": "REGISTERED"})
        return sent

    def post(self, operation: str, request: Any) -> tuple[int, Any]:
        """Call an operation without boto3; returns status and parsed body (None if empty)."""
        return read(self.send(operation, request))


def headers(operation: str) -> dict[str, str]:
    return {
        "X-Amz-Target": f"SimpleWorkflowService.{operation}",
        "Content-Type": "application/x-amz-json-1.0",
    }


def read(connection: HTTPConnection) -> tuple[int, Any]:
    """Read the answer to what was sent, and hang up."""
    try:
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None
    finally:
        connection.close()


@contextmanager
def running(database: Path | str, hold: float = 1.0, *options: str) -> Iterator[Engine]:
    """An engine that is gone when the block ends, however it ends."""
    engine = Engine(database, hold, *options).start()
    try:
        yield engine
    finally:
        if engine.process is not None and engine.process.poll() is None:
            engine.process.kill()
            engine.process.communicate(timeout=20)


def register(swf: Any, domain: str = DOMAIN, **workflow: str) -> None:
    """Register a domain, a workflow type and an activity type with all their defaults."""
    swf.register_domain(name=domain, workflowExecutionRetentionPeriodInDays="1")
    options = {
        "defaultTaskStartToCloseTimeout": "30",
        "defaultExecutionStartToCloseTimeout": "300",
        "defaultChildPolicy": "TERMINATE",
    }
    swf.register_workflow_type(
        domain=domain, **FLOW, defaultTaskList={"name": "decisions"}, **(options | workflow)
    )
    swf.register_activity_type(
        domain=domain,
        **WORK,
        defaultTaskList={"name": "work"},
        defaultTaskStartToCloseTimeout="30",
        defaultTaskHeartbeatTimeout="NONE",
        defaultTaskScheduleToStartTimeout="NONE",
        defaultTaskScheduleToCloseTimeout="NONE",
    )


def start(swf: Any, workflow_id: str = "w", **options: Any) -> dict[str, str]:
    """Start an execution; returns it as `execution` members take it."""
    request = {"domain": DOMAIN, "workflowId": workflow_id, "workflowType": FLOW} | options
    answer = swf.start_workflow_execution(**request)
    return {"workflowId": workflow_id, "runId": answer["runId"]}


def poll_decision(swf: Any, **options: Any) -> Any:
    return swf.poll_for_decision_task(domain=DOMAIN, taskList={"name": "decisions"}, **options)


def poll_activity(swf: Any, **options: Any) -> Any:
    return swf.poll_for_activity_task(domain=DOMAIN, taskList={"name": "work"}, **options)


def decision(kind: str, **attributes: Any) -> dict[str, Any]:
    block = f"{kind[0].lower()}{kind[1:]}DecisionAttributes"
    return {"decisionType": kind, block: attributes}


def schedule(activity_id: str = "a", **options: Any) -> dict[str, Any]:
    return decision("ScheduleActivityTask", activityId=activity_id, activityType=WORK, **options)


def decide(swf: Any, *decisions: dict[str, Any], **answer: Any) -> Any:
    """Poll for a decision task and answer it; returns the task."""
    task = poll_decision(swf)
    assert "taskToken" in task
    swf.respond_decision_task_completed(
        taskToken=task["taskToken"], decisions=list(decisions), **answer
    )
    return task


def history(swf: Any, execution: dict[str, str]) -> list[dict[str, Any]]:
    pages = swf.get_paginator("get_workflow_execution_history").paginate(
        domain=DOMAIN, execution=execution
    )
    return [event for page in pages for event in page["events"]]


def types(swf: Any, execution: dict[str, str]) -> list[str]:
    return [event["eventType"] for event in history(swf, execution)]


def code(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    """The name and the message of a fault."""
    fault = error.value.response["Error"]
    return fault["Code"], fault["Message"]


def eventually(condition: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Ask until it is true; the asking itself is what passes the time."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come true"
    return found
