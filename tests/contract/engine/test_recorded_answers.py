"""The engine's answers have the bytes that the real service sent, but for times and tokens."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from engine_process import Engine

RECORDED = Path(__file__).parents[2] / "replay" / "wire_samples.json"
SAMPLES = {s["name"]: s for s in json.loads(RECORDED.read_text())["samples"]}
CHANGING = re.compile(
    r'("(?:taskToken|runId|workflowId)":)"[^"]*"|("(?:eventTimestamp|creationDate)":)[0-9]\.[0-9]{1,12}E9'
)


def plain(text: str) -> str:
    """Without what differs each time, and without what the service began to write in 2023."""
    masked = CHANGING.sub(lambda found: f"{found[1] or found[2]}?", text)
    return masked.replace('"scheduleToStartTimeout":"NONE",', "")


def send(engine: Engine, name: str, **changed: Any) -> tuple[int, str]:
    """Send a recorded request with some members changed; returns status and text."""
    sample = SAMPLES[name]
    operation = sample["target"].rpartition(".")[2]
    connection = engine.send(operation, sample["request"] | changed)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


@pytest.fixture(scope="module")
def domain(engine: Engine) -> str:
    name = f"wire-{uuid4()}"
    engine.post("RegisterDomain", {"name": name, "workflowExecutionRetentionPeriodInDays": "1"})
    for sample in ("register_activity_type_exists", "register_workflow_type_exists"):
        assert send(engine, sample, domain=name) == (200, "")
    test_workflow = SAMPLES["register_workflow_type_exists"]["request"] | {
        "domain": name,
        "name": "TestWorkflow",
        "defaultExecutionStartToCloseTimeout": "60",
    }
    engine.post("RegisterWorkflowType", test_workflow)
    return name


@pytest.mark.parametrize(
    "name",
    [
        "register_activity_type_exists",
        "register_workflow_type_exists",
        "describe_activity_type",
        "describe_workflow_type",
    ],
)
def test_registration(engine: Engine, domain: str, name: str) -> None:
    status, text = send(engine, name, domain=domain)
    assert (status, plain(text)) == (SAMPLES[name]["status"], plain(SAMPLES[name]["responseBody"]))


def test_first_decision_task_activity_and_void_answers(engine: Engine, domain: str) -> None:
    started = {
        "domain": domain,
        "workflowId": "w",
        "workflowType": {"name": "TestWorkflow", "version": "2"},
        "input": "[[], {}]",
    }
    engine.post("StartWorkflowExecution", started)
    status, text = send(engine, "poll_decision_first", domain=domain)
    assert (status, plain(text)) == (200, plain(SAMPLES["poll_decision_first"]["responseBody"]))
    token = json.loads(text)["taskToken"]
    block = {
        "activityId": "task-0-0",
        "activityType": {"name": "tactivity", "version": "2"},
        "input": "[[10], {}]",
    }
    decision = {
        "decisionType": "ScheduleActivityTask",
        "scheduleActivityTaskDecisionAttributes": block,
    }
    answer = {"taskToken": token, "decisions": [decision]}
    assert send(engine, "respond_decision", **answer) == (200, "")
    status, text = send(engine, "poll_activity", domain=domain)
    recorded = SAMPLES["poll_activity"]["responseBody"].replace(
        '"startedEventId":13', '"startedEventId":6'
    )
    assert (status, plain(text)) == (200, plain(recorded))
    token = json.loads(text)["taskToken"]
    assert send(engine, "heartbeat", taskToken=token) == (200, '{"cancelRequested":false}')
    assert send(engine, "respond_activity_failed", taskToken=token) == (200, "")
