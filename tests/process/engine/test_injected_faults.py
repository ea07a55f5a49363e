"""`flowy engine --faults`: what a client sees of faults on purpose, and what was applied."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from engine_process import (
    DOMAIN,
    FLOW,
    Engine,
    code,
    decide,
    decision,
    eventually,
    history,
    poll_activity,
    read,
    register,
    running,
    schedule,
    start,
)

HOLD = 3.0


class Faulty:
    """An engine with a file of faults."""

    def __init__(self, engine: Engine, file: Path) -> None:
        self.engine = engine
        self.file = file
        self.swf = engine.client()

    def inject(self, *rules: dict[str, Any]) -> None:
        self.file.write_text(json.dumps({"rule": rules}))


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Faulty]:
    file = tmp_path / "faults.json"
    file.write_text("{}")
    with running(tmp_path / "engine.db", HOLD, "--faults", str(file)) as engine:
        faulty = Faulty(engine, file)
        register(faulty.swf)
        yield faulty


def test_throttled_call_is_not_applied_and_boto3_tries_again(faulty: Faulty) -> None:
    faulty.inject({"kind": "throttle", "operation": "Start*", "next": 1})
    with pytest.raises(ClientError) as caught:
        start(faulty.swf)
    assert code(caught) == ("ThrottlingException", "Rate exceeded")
    faulty.inject({"kind": "throttle", "operation": "Start*", "next": 1})
    start(faulty.engine.client(retries={"total_max_attempts": 3}))


def test_error_is_a_500_and_not_applied(faulty: Faulty) -> None:
    faulty.inject({"kind": "error", "operation": "Start*", "next": 1})
    with pytest.raises(ClientError) as caught:
        start(faulty.swf)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert code(caught)[0] == "InternalFailure"
    start(faulty.swf)


@pytest.mark.parametrize(("kind", "applied"), [("reset_before", False), ("reset_after", True)])
def test_reset_before_and_after_applying(faulty: Faulty, kind: str, applied: bool) -> None:
    faulty.inject({"kind": kind, "operation": "StartWorkflowExecution", "next": 1})
    connection = faulty.engine.send(
        "StartWorkflowExecution",
        {"domain": DOMAIN, "workflowId": "w", "workflowType": {"name": "Flow", "version": "1"}},
    )
    with pytest.raises(ConnectionResetError):
        read(connection)
    found = faulty.engine.post(
        "CountOpenWorkflowExecutions", {"domain": DOMAIN, "startTimeFilter": {"oldestDate": 0}}
    )
    assert found[1]["count"] == int(applied)


def test_boto3_sees_a_closed_connection(faulty: Faulty) -> None:
    faulty.inject({"kind": "reset_after", "operation": "Start*", "next": 1})
    with pytest.raises(ConnectionClosedError):
        start(faulty.swf)
    with pytest.raises(faulty.swf.exceptions.WorkflowExecutionAlreadyStartedFault):
        start(faulty.swf)


def test_delay_is_late_and_holds_nobody_else_up(faulty: Faulty) -> None:
    faulty.inject({"kind": "delay", "operation": "Describe*", "milliseconds": 2_000})
    began = time.monotonic()
    slow = faulty.engine.send("DescribeDomain", {"name": DOMAIN})
    faulty.engine.post("ListDomains", {"registrationStatus": "REGISTERED"})
    between = time.monotonic()
    assert read(slow)[0] == 200
    assert time.monotonic() - began >= 2.0
    assert between - began < 2.0


def test_broken_file_leaves_the_engine_with_its_rules(faulty: Faulty) -> None:
    faulty.inject({"kind": "error", "operation": "ListDomains"})
    assert faulty.engine.post("ListDomains", {"registrationStatus": "REGISTERED"})[0] == 500
    faulty.file.write_text("{")
    assert faulty.engine.post("ListDomains", {"registrationStatus": "REGISTERED"})[0] == 500
    status, _, err = faulty.engine.stop()
    assert status == 0
    assert "the rules before it stay" in err


def _activity_goes_to(faulty: Faulty) -> list[str]:
    """Hold a poll as `left`, hang up, schedule an activity, poll as `stayed`: who started it."""
    execution = start(faulty.swf)
    (gone,) = faulty.engine.hold_polls(("PollForActivityTask", "work"), identity="left")
    gone.close()
    decide(faulty.swf, schedule("a"))
    poll_activity(faulty.swf, identity="stayed")
    return [
        event["activityTaskStartedEventAttributes"]["identity"]
        for event in history(faulty.swf, execution)
        if event["eventType"] == "ActivityTaskStarted"
    ]


def test_poll_of_a_gone_client_is_a_ghost_when_told_so(faulty: Faulty) -> None:
    faulty.inject({"kind": "ghost_polls"})
    assert _activity_goes_to(faulty) == ["left"]


def test_poll_of_a_gone_client_is_forgotten_otherwise(faulty: Faulty) -> None:
    assert _activity_goes_to(faulty) == ["stayed"]


def test_ghost_ends_with_its_hold(faulty: Faulty) -> None:
    faulty.inject({"kind": "ghost_polls"})
    (gone,) = faulty.engine.hold_polls(("PollForActivityTask", "work"), identity="left")
    gone.close()
    eventually(lambda: _held(faulty.engine) == 1)
    eventually(lambda: _held(faulty.engine) == 0)


def _held(engine: Engine) -> int:
    return int(engine.metric('flowy_engine_held_polls{kind="activity"}'))


def test_rates_of_swf_are_kept_when_told_so() -> None:
    with running(":memory:", HOLD, "--throttle", "aws") as engine:
        asked = [
            engine.post("ListDomains", {"registrationStatus": "REGISTERED"}) for _ in range(140)
        ]
        assert [status for status, _ in asked[:100]] == [200] * 100
        refused = [body["__type"] for status, body in asked if status != 200]
        assert refused
        assert set(refused) == {"com.amazon.coral.availability#ThrottlingException"}
        patient = engine.client(retries={"total_max_attempts": 10})
        assert patient.list_domains(registrationStatus="REGISTERED")["domainInfos"] == []


def test_decisions_over_swf_s_rate_become_their_failed_events() -> None:
    with running(":memory:", HOLD, "--throttle", "aws") as engine:
        swf = engine.client()
        register(swf)
        execution = start(swf)
        children = [
            decision("StartChildWorkflowExecution", workflowId=str(number), workflowType=FLOW)
            for number in range(520)
        ]
        decide(swf, *children)
        failed = [
            event["startChildWorkflowExecutionFailedEventAttributes"]["cause"]
            for event in history(swf, execution)
            if event["eventType"] == "StartChildWorkflowExecutionFailed"
        ]
        assert failed
        assert set(failed) == {"CHILD_CREATION_RATE_EXCEEDED"}
