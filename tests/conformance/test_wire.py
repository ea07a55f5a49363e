"""Lines 1-5 and 8-11 of the behaviour document's list: what goes over the wire."""

import json
import re
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import targets
from stage import COMPLETE, Stage, timer
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


@pytest.mark.grade("J", "U")
@pytest.mark.unknown(5)
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
@pytest.mark.unknown(33)
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
@pytest.mark.unknown(1)
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
    if targets.NAME == "moto":
        pytest.skip("it holds no polls, so that this would be a race")
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
    if targets.NAME == "moto":
        pytest.skip("it holds no polls, so that this would be a race")
    body = json.dumps({"domain": wired.domain, "taskList": {"name": wired.decisions}}).encode()
    gone = wire.send("SimpleWorkflowService.PollForDecisionTask", body)
    gone.close()
    run = wired.start()
    task = wired.poll()
    assert task.get("workflowExecution") == run
