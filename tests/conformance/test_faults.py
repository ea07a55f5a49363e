"""Lines 6-7 of the behaviour document's list: faults and what is said of invalid requests."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from stage import Stage
from targets import Wire

MODEL = "com.amazonaws.swf.base.model"


def type_exists(stage: Stage, kind: str) -> tuple[dict[str, Any], str]:
    named = stage.flow if kind == "Workflow" else stage.work
    shown = f"{kind}Type=[name={named['name']}, version=1]"
    return {"domain": stage.domain} | named, shown


UNKNOWN = f"{MODEL}#UnknownResourceFault"
NOTHING = {"name": "none", "version": "1"}
ROWS: dict[str, tuple[str, Callable[[Stage], tuple[dict[str, Any], str]]]] = {
    "RegisterWorkflowType": (
        f"{MODEL}#TypeAlreadyExistsFault",
        lambda stage: type_exists(stage, "Workflow"),
    ),
    "RegisterActivityType": (
        f"{MODEL}#TypeAlreadyExistsFault",
        lambda stage: type_exists(stage, "Activity"),
    ),
    "DescribeDomain": (UNKNOWN, lambda _: ({"name": "nowhere"}, "Unknown domain: nowhere")),
    "DescribeWorkflowType": (
        UNKNOWN,
        lambda stage: (
            {"domain": stage.domain, "workflowType": NOTHING},
            "Unknown type: WorkflowType=[name=none, version=1]",
        ),
    ),
    "DescribeActivityType": (
        UNKNOWN,
        lambda stage: (
            {"domain": stage.domain, "activityType": NOTHING},
            "Unknown type: ActivityType=[name=none, version=1]",
        ),
    ),
    "DescribeWorkflowExecution": (
        UNKNOWN,
        lambda stage: (
            {"domain": stage.domain, "execution": {"workflowId": "w", "runId": "r"}},
            "Unknown execution: WorkflowExecution=[workflowId=w, runId=r]",
        ),
    ),
    "SignalWorkflowExecution": (
        UNKNOWN,
        lambda stage: (
            {"domain": stage.domain, "workflowId": "w", "signalName": "s"},
            "Unknown execution, workflowId = w",
        ),
    ),
    "RegisterDomain": (
        f"{MODEL}#DomainAlreadyExistsFault",
        lambda stage: (
            {"name": stage.domain, "workflowExecutionRetentionPeriodInDays": "1"},
            stage.domain,
        ),
    ),
    "DeleteWorkflowType": (
        f"{MODEL}#TypeNotDeprecatedFault",
        lambda stage: (
            {"domain": stage.domain, "workflowType": stage.flow},
            "The type is currently registered and cannot be deleted in its current state",
        ),
    ),
    "RespondActivityTaskCompleted": (
        "com.amazon.coral.validate#ValidationException",
        lambda _: ({"taskToken": "x"}, "Invalid token"),
    ),
}
"""For each operation the `__type` that it answers, and the request with its message."""


@pytest.mark.grade("R", "J", "F")
@pytest.mark.parametrize("operation", ROWS)
def test_06_faults_have_their_type_and_message(wire: Wire, wired: Stage, operation: str) -> None:
    kind, asked = ROWS[operation]
    request, message = asked(wired)
    status, headers, body = wire.exchange(
        f"SimpleWorkflowService.{operation}", json.dumps(request).encode()
    )
    assert (status, json.loads(body)) == (400, {"__type": kind, "message": message})
    assert list(json.loads(body)) == ["__type", "message"]
    assert headers["x-amzn-requestid"]


@pytest.mark.grade("R", "J", "F")
def test_06_boto3_raises_the_modelled_exceptions(stage: Stage) -> None:
    known = stage.swf.exceptions
    with pytest.raises(known.UnknownResourceFault):
        stage.swf.describe_domain(name="nowhere")
    with pytest.raises(known.TypeAlreadyExistsFault):
        stage.register_flow()
    stage.start()
    with pytest.raises(known.WorkflowExecutionAlreadyStartedFault):
        stage.start()


@pytest.mark.grade("J", "F")
def test_07_all_that_is_wrong_is_told_at_once(stage: Stage) -> None:
    status, body = stage.target.post(
        "ListDomains", {"registrationStatus": "X", "maximumPageSize": 1001}
    )
    assert status == 400
    assert body["__type"] == "com.amazon.coral.validate#ValidationException"
    first, _, second = (
        body["message"].removeprefix("2 validation errors detected: ").partition("; ")
    )
    bad_status = (
        "Value 'X' at 'registrationStatus' failed to satisfy constraint: Member must satisfy enum"
        " value set: [REGISTERED, DEPRECATED]"
    )
    bad_size = (
        "Value '1001' at 'maximumPageSize' failed to satisfy constraint: Member must have value"
        " less than or equal to 1000"
    )
    assert {first, second} == {bad_status, bad_size}


@pytest.mark.grade("J")
def test_07_one_wrong_member_is_told_in_the_singular(stage: Stage) -> None:
    _, body = stage.target.post("DescribeDomain", {})
    assert body["message"] == (
        "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member"
        " must not be null"
    )


@pytest.mark.grade("J", "F")
def test_07_paths_into_decisions_count_from_one(stage: Stage) -> None:
    stage.start()
    token = stage.poll()["taskToken"]
    wrong_decision = {"decisionType": "Dance", "startTimerDecisionAttributes": {"timerId": "t"}}
    _, body = stage.target.post(
        "RespondDecisionTaskCompleted", {"taskToken": token, "decisions": [wrong_decision]}
    )
    path = "decisions.1.member.startTimerDecisionAttributes.startToFireTimeout"
    assert (
        f"Value null at '{path}' failed to satisfy constraint: Member must not be null"
        in (body["message"])
    )
    assert (
        "Value 'Dance' at 'decisions.1.member.decisionType' failed to satisfy constraint: Member"
        " must satisfy enum value set: [CompleteWorkflowExecution, StartTimer, "
    ) in body["message"]


LONGEST = {
    ("StartWorkflowExecution", "workflowId"): 256,
    ("StartWorkflowExecution", "input"): 32_768,
    ("SignalWorkflowExecution", "signalName"): 256,
    ("SignalWorkflowExecution", "input"): 32_768,
    ("TerminateWorkflowExecution", "reason"): 256,
    ("TerminateWorkflowExecution", "details"): 32_768,
    ("RecordActivityTaskHeartbeat", "details"): 2_048,
    ("RespondActivityTaskCompleted", "result"): 32_768,
    ("RespondActivityTaskFailed", "reason"): 256,
    ("RespondActivityTaskFailed", "details"): 32_768,
    ("PollForActivityTask", "identity"): 256,
    ("RegisterWorkflowType", "version"): 64,
    ("RegisterWorkflowType", "description"): 1_024,
    ("RegisterWorkflowType", "defaultTaskStartToCloseTimeout"): 8,
}


@pytest.mark.grade("M", "F")
@pytest.mark.parametrize(("operation", "member"), LONGEST)
def test_07_members_have_their_greatest_length_in_characters(
    stage: Stage, operation: str, member: str
) -> None:
    limit = LONGEST[operation, member]
    too_long = (
        f"at '{member}' failed to satisfy constraint: Member must have length less than or equal"
        f" to {limit}"
    )
    _, fault = stage.target.post(operation, {member: "é" * limit})
    assert too_long not in fault["message"]
    _, fault = stage.target.post(operation, {member: "é" * (limit + 1)})
    assert too_long in fault["message"]
