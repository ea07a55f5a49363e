"""Lines 1-12 of the behaviour document's list: what goes over the wire."""

import json
import re
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
import targets
from stage import COMPLETE, Stage, decision, fault, timer
from targets import Wire

SAMPLES = {
    sample["name"]: sample
    for sample in json.loads(
        (Path(__file__).parents[1] / "replay" / "wire_samples.json").read_text()
    )["samples"]
}
TYPES = {
    "structure": dict,
    "list": list,
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "timestamp": datetime,
}


def wrong(value: Any, shape: Any, path: str = "") -> list[str]:
    """Where a parsed answer has another type than its shape says, or lacks what is required."""
    if not isinstance(value, TYPES[shape.type_name]):
        return [f"{path} is a {type(value).__name__}"]
    if shape.type_name == "structure":
        found = [f"{path}.{name} is absent" for name in shape.required_members if name not in value]
        for name, item in value.items():
            if name != "ResponseMetadata":
                found += wrong(item, shape.members[name], f"{path}.{name}")
        return found
    if shape.type_name == "list":
        return [text for item in value for text in wrong(item, shape.member, f"{path}[]")]
    return []


@pytest.mark.grade("M")
def test_01_every_operation_answers_an_unmodified_client_with_the_documented_types(
    stage: Stage,
) -> None:
    called, faults = set(), []

    def look(parsed: Any, model: Any, **_: Any) -> None:
        called.add(model.name)
        if model.output_shape is not None:
            answer = {k: v for k, v in parsed.items() if k != "ResponseMetadata"}
            faults.extend(wrong(answer, model.output_shape, model.name))

    stage.swf.meta.events.register("after-call.swf", look)
    _call_them_all(stage)
    assert faults == []
    assert called == set(stage.swf.meta.service_model.operation_names)


def _call_them_all(stage: Stage) -> None:
    swf, domain = stage.swf, stage.domain
    other = stage.new_domain("other", tags=[{"key": "a", "value": "1"}])
    swf.list_domains(registrationStatus="REGISTERED")
    arn = swf.describe_domain(name=other)["domainInfo"]["arn"]
    swf.tag_resource(resourceArn=arn, tags=[{"key": "b", "value": "2"}])
    swf.untag_resource(resourceArn=arn, tagKeys=["b"])
    swf.list_tags_for_resource(resourceArn=arn)
    swf.deprecate_domain(name=other)
    swf.undeprecate_domain(name=other)
    for kind, version in (("workflow", stage.bare_flow()), ("activity", stage.bare_work())):
        named = {"domain": domain, f"{kind}Type": version}
        getattr(swf, f"list_{kind}_types")(domain=domain, registrationStatus="REGISTERED")
        getattr(swf, f"deprecate_{kind}_type")(**named)
        getattr(swf, f"undeprecate_{kind}_type")(**named)
        getattr(swf, f"deprecate_{kind}_type")(**named)
        getattr(swf, f"describe_{kind}_type")(**named)
        getattr(swf, f"delete_{kind}_type")(**named)
    run = stage.start(tagList=["t"], input="i")
    stage.signal(run)
    stage.cancel(run)
    stage.decide(stage.schedule("a"), stage.schedule("b"), stage.schedule("c"), timer())
    token = stage.take()
    swf.record_activity_task_heartbeat(taskToken=token, details="d")
    swf.respond_activity_task_completed(taskToken=token, result="r")
    swf.respond_activity_task_failed(taskToken=stage.take(), reason="r")
    swf.respond_activity_task_canceled(taskToken=stage.take())
    stage.describe(run)
    stage.history(run)
    for state in ("open", "closed"):
        times = {"domain": domain, "startTimeFilter": {"oldestDate": 0}}
        getattr(swf, f"list_{state}_workflow_executions")(**times)
        getattr(swf, f"count_{state}_workflow_executions")(**times)
        if state == "open":
            stage.terminate(run)
    stage.waits()
    swf.count_pending_activity_tasks(domain=domain, taskList={"name": stage.activities})


@pytest.mark.grade("R", "D")
@pytest.mark.parametrize("prefix", ["", "com.amazonaws.swf.service.model."])
@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("application/x-amz-json-1.0", "application/x-amz-json-1.0"),
        ("application/json; charset=UTF-8", "application/json"),
    ],
)
def test_02_both_target_prefixes_and_content_types(
    wire: Wire, wired: Stage, prefix: str, sent: str, answered: str
) -> None:
    body = json.dumps({"name": wired.domain}).encode()
    status, headers, text = wire.exchange(
        f"{prefix}SimpleWorkflowService.DescribeDomain", body, sent
    )
    assert status == 200
    assert headers["content-type"] == answered
    assert json.loads(text)["domainInfo"]["name"] == wired.domain


@pytest.mark.grade("R", "D")
def test_03_void_operations_answer_an_empty_body(wire: Wire, wired: Stage) -> None:
    request = {"domain": wired.domain, "name": "void", "version": "1"}
    status, headers, body = wire.exchange(
        "SimpleWorkflowService.RegisterWorkflowType", json.dumps(request).encode()
    )
    assert (status, headers["content-length"], body) == (200, "0", b"")
    answer = wired.swf.register_activity_type(domain=wired.domain, name="void", version="1")
    assert set(answer) == {"ResponseMetadata"}


def _sorted_only(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    assert names == sorted(names)
    assert all(value is not None for _, value in pairs)
    return dict(pairs)


def text_of(wire: Wire, operation: str, request: Any) -> str:
    status, _, body = wire.exchange(
        f"SimpleWorkflowService.{operation}", json.dumps(request).encode()
    )
    assert status == 200, body
    return body.decode()


@pytest.mark.grade("R")
def test_04_answers_are_compact_alphabetical_and_without_nulls(wire: Wire, wired: Stage) -> None:
    run = wired.start()
    texts = [
        text_of(wire, "DescribeWorkflowExecution", {"domain": wired.domain, "execution": run}),
        text_of(
            wire,
            "PollForDecisionTask",
            {"domain": wired.domain, "taskList": {"name": wired.decisions}},
        ),
        text_of(wire, "ListDomains", {"registrationStatus": "REGISTERED"}),
    ]
    for text in texts:
        json.loads(text, object_pairs_hook=_sorted_only)
        assert re.search(r'[,:{\[]\s|\s["\]}]', text) is None


@pytest.mark.grade("R")
@pytest.mark.parametrize("kind", ["Activity", "Workflow"])
def test_04_type_descriptions_have_the_recorded_members(
    wire: Wire, wired: Stage, kind: str
) -> None:
    sample = SAMPLES[f"describe_{kind.lower()}_type"]
    registration = SAMPLES[f"register_{kind.lower()}_type_exists"]["request"]
    text_or_empty(wire, f"Register{kind}Type", registration | {"domain": wired.domain})
    text = text_of(wire, f"Describe{kind}Type", sample["request"] | {"domain": wired.domain})
    assert _without_times(text) == _without_times(sample["responseBody"])


def text_or_empty(wire: Wire, operation: str, request: Any) -> None:
    status, body = wire.post(operation, request)
    assert (status, body) == (200, None)


def _without_times(text: str) -> str:
    return re.sub(r'("creationDate":)[0-9.]+E9', r"\1?", text)


@pytest.mark.grade("R")
def test_05_times_have_milliseconds_and_never_go_back(stage: Stage) -> None:
    run = stage.start()
    stage.decide(stage.schedule("a"))
    stage.do()
    stage.decide(COMPLETE)
    times = [event["eventTimestamp"] for event in stage.history(run)]
    assert times == sorted(times)
    assert all(at.microsecond % 1000 == 0 for at in times)
    assert len(set(times)) > 1
    assert any(at.microsecond for at in times)


@pytest.mark.grade("R")
def test_05_times_are_written_as_java_writes_a_double(wire: Wire, wired: Stage) -> None:
    text = text_of(
        wire, "DescribeWorkflowExecution", {"domain": wired.domain, "execution": wired.start()}
    )
    assert re.search(r'"startTimestamp":[1-9]\.\d+E9[,}]', text)


MODEL = "com.amazonaws.swf.base.model"


def _faults(stage: Stage) -> list[tuple[str, dict[str, Any], str, str]]:
    """One row of the table of faults each: operation, request, `__type`, message."""
    domain, mark = stage.domain, stage.mark
    flow = f"WorkflowType=[name=Flow-{mark}, version=1]"
    work = f"ActivityType=[name=Work-{mark}, version=1]"
    nothing = {"name": "none", "version": "1"}
    run = {"workflowId": "w", "runId": "r"}
    return [
        (
            "RegisterWorkflowType",
            {"domain": domain} | stage.flow,
            f"{MODEL}#TypeAlreadyExistsFault",
            flow,
        ),
        (
            "RegisterActivityType",
            {"domain": domain} | stage.work,
            f"{MODEL}#TypeAlreadyExistsFault",
            work,
        ),
        (
            "DescribeDomain",
            {"name": "nowhere"},
            f"{MODEL}#UnknownResourceFault",
            "Unknown domain: nowhere",
        ),
        (
            "DescribeWorkflowType",
            {"domain": domain, "workflowType": nothing},
            f"{MODEL}#UnknownResourceFault",
            "Unknown type: WorkflowType=[name=none, version=1]",
        ),
        (
            "DescribeActivityType",
            {"domain": domain, "activityType": nothing},
            f"{MODEL}#UnknownResourceFault",
            "Unknown type: ActivityType=[name=none, version=1]",
        ),
        (
            "DescribeWorkflowExecution",
            {"domain": domain, "execution": run},
            f"{MODEL}#UnknownResourceFault",
            "Unknown execution: WorkflowExecution=[workflowId=w, runId=r]",
        ),
        (
            "SignalWorkflowExecution",
            {"domain": domain, "workflowId": "w", "signalName": "s"},
            f"{MODEL}#UnknownResourceFault",
            "Unknown execution, workflowId = w",
        ),
        (
            "RegisterDomain",
            {"name": domain, "workflowExecutionRetentionPeriodInDays": "1"},
            f"{MODEL}#DomainAlreadyExistsFault",
            domain,
        ),
        (
            "DeleteWorkflowType",
            {"domain": domain, "workflowType": stage.flow},
            f"{MODEL}#TypeNotDeprecatedFault",
            "The type is currently registered and cannot be deleted in its current state",
        ),
        (
            "RespondActivityTaskCompleted",
            {"taskToken": "x"},
            "com.amazon.coral.validate#ValidationException",
            "Invalid token",
        ),
    ]


@pytest.mark.grade("R", "J", "F")
@pytest.mark.parametrize("row", range(10))
def test_06_faults_have_their_type_and_message(wire: Wire, wired: Stage, row: int) -> None:
    operation, request, kind, message = _faults(wired)[row]
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
    first, _, second = body["message"].removeprefix("2 validation errors detected: ").partition(
        "; "
    )
    assert {first, second} == {
        "Value 'X' at 'registrationStatus' failed to satisfy constraint: Member must satisfy enum"
        " value set: [REGISTERED, DEPRECATED]",
        "Value '1001' at 'maximumPageSize' failed to satisfy constraint: Member must have value"
        " less than or equal to 1000",
    }


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


@pytest.mark.grade("J", "U")
def test_08_malformed_json_is_a_serialization_exception(wire: Wire) -> None:
    status, _, body = wire.exchange("SimpleWorkflowService.ListDomains", b"{not json")
    assert (status, json.loads(body)["__type"].partition("#")[2]) == (400, "SerializationException")


@pytest.mark.grade("J", "U")
def test_08_an_unknown_target_is_an_unknown_operation(wire: Wire) -> None:
    status, _, body = wire.exchange("SimpleWorkflowService.MakeCoffee", b"{}")
    assert (status, json.loads(body)["__type"]) == (
        400,
        "com.amazon.coral.service#UnknownOperationException",
    )


@pytest.mark.grade("D", "U")
def test_09_null_is_as_good_as_absent_and_unknown_members_do_no_harm(stage: Stage) -> None:
    request = {
        "domain": stage.domain,
        "workflowId": stage.id("nulls"),
        "workflowType": stage.flow,
        "input": None,
        "tagList": None,
        "colour": "red",
    }
    status, body = stage.target.post("StartWorkflowExecution", request)
    assert status == 200, body
    run = {"workflowId": stage.id("nulls"), "runId": body["runId"]}
    started = stage.only(run, "WorkflowExecutionStarted")
    assert not {"input", "tagList", "colour"} & set(started)


@pytest.mark.grade("J", "L")
def test_10_an_empty_poll_has_no_token(stage: Stage) -> None:
    polls = [("PollForActivityTask", "none"), ("PollForDecisionTask", "none")]
    answers = [
        stage.target.post(operation, {"domain": stage.domain, "taskList": {"name": name}})
        for operation, name in polls
    ]
    assert answers == [
        (200, {"startedEventId": 0}),
        (200, {"previousStartedEventId": 0, "startedEventId": 0}),
    ]


@pytest.mark.lowered(hold_ms=59_500)
@pytest.mark.grade("M", "D")
def test_10_an_empty_poll_takes_the_hold_time(stage: Stage) -> None:
    before = stage.target.service.desk.settings.hold_ms
    began = stage.target._clock.now()
    assert "taskToken" not in stage.poll()
    assert before <= stage.target._clock.now() - began < before + 100


@pytest.mark.grade("M", "D")
def test_10_a_held_poll_is_answered_when_a_task_arrives(wire: Wire, wired: Stage) -> None:
    body = json.dumps({"domain": wired.domain, "taskList": {"name": wired.decisions}}).encode()
    before = time.monotonic()
    held = wire.send("SimpleWorkflowService.PollForDecisionTask", body)
    run = wired.start()
    task = json.loads(held.getresponse().read())
    held.close()
    assert task["workflowExecution"] == run
    assert time.monotonic() - before < 5


@pytest.mark.grade("U")
def test_11_a_task_is_not_given_to_a_poll_that_has_gone(wire: Wire, wired: Stage) -> None:
    body = json.dumps({"domain": wired.domain, "taskList": {"name": wired.decisions}}).encode()
    gone = wire.send("SimpleWorkflowService.PollForDecisionTask", body)
    gone.close()
    run = wired.start()
    task = wired.poll()
    assert task.get("workflowExecution") == run


def _long_run(stage: Stage, events: int) -> dict[str, str]:
    """An execution with that many events, the last one a DecisionTaskScheduled's signal."""
    run = stage.start()
    while len(stage.history(run)) < events:
        stage.signal(run)
    return run


@pytest.mark.grade("R", "T")
def test_12_a_history_of_101_events_comes_in_two_pages(stage: Stage) -> None:
    run = _long_run(stage, 101)
    pages = list(
        stage.swf.get_paginator("get_workflow_execution_history").paginate(
            domain=stage.domain, execution=run
        )
    )
    assert [len(page["events"]) for page in pages] == [100, 1]
    assert "nextPageToken" not in pages[1]


@pytest.mark.grade("R")
def test_12_each_page_of_a_decision_poll_repeats_its_head(stage: Stage) -> None:
    _long_run(stage, 120)
    first = stage.poll(maximumPageSize=1000)
    second = stage.poll(nextPageToken=first["nextPageToken"], maximumPageSize=1000)
    assert (len(first["events"]), len(second["events"])) == (100, 21)
    head = ("taskToken", "startedEventId", "previousStartedEventId", "workflowExecution")
    assert [first[name] for name in head] == [second[name] for name in head]
    assert first["workflowType"] == second["workflowType"]
    assert second["events"][-1]["eventType"] == "DecisionTaskStarted"


@pytest.mark.grade("R")
def test_12_the_pages_of_a_decision_poll_end_where_it_started(stage: Stage) -> None:
    run = _long_run(stage, 105)
    first = stage.poll()
    stage.signal(run)
    second = stage.poll(nextPageToken=first["nextPageToken"])
    assert second["events"][-1]["eventId"] == first["startedEventId"]


@pytest.mark.grade("M")
def test_12_boto3_paginates_a_decision_poll(stage: Stage) -> None:
    _long_run(stage, 101)
    pages = stage.swf.get_paginator("poll_for_decision_task").paginate(
        domain=stage.domain, taskList={"name": stage.decisions}
    )
    assert len(pages.build_full_result()["events"]) == 102


@pytest.mark.grade("M", "J")
def test_12_a_page_token_of_another_call_is_invalid(stage: Stage) -> None:
    run = _long_run(stage, 101)
    task = stage.poll()
    asked = {"domain": stage.domain, "execution": run, "nextPageToken": task["nextPageToken"]}
    found = fault(stage.swf.get_workflow_execution_history, **asked)
    assert found == ("ValidationException", "Invalid token")


@pytest.mark.grade("M")
def test_12_a_page_token_lives_for_a_day(stage: Stage) -> None:
    run = _long_run(stage, 101)
    asked = {"domain": stage.domain, "execution": run}
    token = stage.swf.get_workflow_execution_history(**asked)["nextPageToken"]
    stage.wait(24 * 3600 + 1)
    found = fault(stage.swf.get_workflow_execution_history, **asked, nextPageToken=token)
    assert found == ("ValidationException", "Specified token has exceeded its maximum lifetime")
