"""Lines 65-68 of the behaviour document's list: Lambda, the event limit, retention, throttling."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
import targets
from engine_process import running
from stage import COMPLETE, Execution, Stage, attributes, decision, fault, timer
from targets import RemoteTarget

DTS = "DecisionTaskScheduled"
ROLE = "arn:aws:iam::000000000000:role/flow"


def function(name: str = "f", **options: Any) -> dict[str, Any]:
    return decision("ScheduleLambdaFunction", **({"id": "1", "name": name} | options))


class Functions:
    """Plays AWS Lambda, by the operations that only the engine has."""

    def __init__(self, stage: Stage) -> None:
        if targets.NAME != "engine":
            pytest.skip("there is no Lambda to play here")
        self._post = stage.target.post
        self._domain = stage.domain

    def poll(self) -> dict[str, Any]:
        status, task = self._post("PollForLambdaTask", {"domain": self._domain})
        assert status == 200, task
        return task

    def answer(self, how: str, task: dict[str, Any], **answer: str) -> tuple[int, Any]:
        return self._post(f"RespondLambdaTask{how}", {"taskToken": task["taskToken"]} | answer)


@pytest.fixture
def functions(stage: Stage) -> Functions:
    return Functions(stage)


def with_function(stage: Stage, **options: Any) -> Execution:
    run = stage.start(lambdaRole=ROLE)
    stage.decide(function(**options))
    return run


@pytest.mark.grade("r")
def test_65_a_function_is_scheduled_started_and_completed(
    stage: Stage, functions: Functions
) -> None:
    run = with_function(stage, input="[1]", control="c")
    assert stage.only(run, "LambdaFunctionScheduled") == {
        "control": "c",
        "decisionTaskCompletedEventId": 4,
        "eventId": 5,
        "id": "1",
        "input": "[1]",
        "name": "f",
    }
    assert stage.describe(run)["openCounts"]["openLambdaFunctions"] == 1
    task = functions.poll()
    assert (task["name"], task["input"], task["workflowExecution"]) == ("f", "[1]", run)
    assert stage.only(run, "LambdaFunctionStarted") == {"eventId": 6, "scheduledEventId": 5}
    functions.answer("Completed", task, result='"text"')
    assert stage.types(run)[4:] == [
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionCompleted",
        DTS,
    ]
    assert stage.only(run, "LambdaFunctionCompleted") == {
        "eventId": 7,
        "result": '"text"',
        "scheduledEventId": 5,
        "startedEventId": 6,
    }
    assert stage.describe(run)["openCounts"]["openLambdaFunctions"] == 0
    assert functions.answer("Completed", task, result="late")[0] == 400


@pytest.mark.grade("F")
@pytest.mark.unknown(48)
def test_65_a_function_fails(stage: Stage, functions: Functions) -> None:
    run = with_function(stage)
    task = functions.poll()
    assert task["input"] == "{}"
    functions.answer("Failed", task, reason="ResourceNotFoundException", details="d")
    assert stage.only(run, "LambdaFunctionFailed") == {
        "details": "d",
        "eventId": 7,
        "reason": "ResourceNotFoundException",
        "scheduledEventId": 5,
        "startedEventId": 6,
    }
    assert stage.types(run)[-1] == DTS


@pytest.mark.grade("M")
def test_65_a_function_takes_too_long(stage: Stage, functions: Functions) -> None:
    run = with_function(stage, startToCloseTimeout="5")
    stage.wait(10)
    functions.poll()
    stage.wait(5)
    assert stage.only(run, "LambdaFunctionTimedOut") == {
        "eventId": 7,
        "scheduledEventId": 5,
        "startedEventId": 6,
        "timeoutType": "START_TO_CLOSE",
    }
    assert stage.types(run)[-1] == DTS


@pytest.mark.grade("M")
def test_65_a_function_has_a_quarter_of_an_hour(stage: Stage, functions: Functions) -> None:
    run = with_function(stage)
    functions.poll()
    stage.wait(899)
    assert stage.find(run, "LambdaFunctionTimedOut") == []
    stage.wait(2)
    assert stage.find(run, "LambdaFunctionTimedOut") != []


@pytest.mark.grade("F")
@pytest.mark.unknown(14)
def test_65_without_a_role_no_function_starts(stage: Stage, functions: Functions) -> None:
    run = stage.start()
    stage.decide(function())
    assert stage.types(run)[4:] == ["LambdaFunctionScheduled", "StartLambdaFunctionFailed", DTS]
    failed = stage.only(run, "StartLambdaFunctionFailed")
    assert (failed["cause"], failed["scheduledEventId"]) == ("ASSUME_ROLE_FAILED", 5)
    assert stage.describe(run)["openCounts"]["openLambdaFunctions"] == 0
    assert "taskToken" not in functions.poll()


@pytest.mark.grade("M")
def test_65_the_role_may_be_the_types(stage: Stage, functions: Functions) -> None:
    flow = stage.register_flow(version="2", defaultLambdaRole=ROLE)
    run = stage.start(workflowType=flow)
    assert stage.only(run, "WorkflowExecutionStarted")["lambdaRole"] == ROLE
    stage.decide(function())
    assert "taskToken" in functions.poll()


@pytest.mark.grade("U")
@pytest.mark.unknown(15)
def test_65_an_id_is_free_again_after_closing(stage: Stage, functions: Functions) -> None:
    run = stage.start(lambdaRole=ROLE)
    stage.decide(function(), function())
    assert stage.only(run, "ScheduleLambdaFunctionFailed")["cause"] == "ID_ALREADY_IN_USE"
    functions.answer("Completed", functions.poll())
    stage.decide(function())
    assert len(stage.find(run, "LambdaFunctionScheduled")) == 2


@pytest.mark.lowered(open_lambdas=1)
@pytest.mark.grade("M")
def test_65_an_execution_has_so_many_open_functions(stage: Stage) -> None:
    run = stage.start(lambdaRole=ROLE)
    stage.decide(function(id="1"), function(id="2"))
    failed = stage.only(run, "ScheduleLambdaFunctionFailed")
    assert failed["cause"] == "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED"


@pytest.mark.lowered(lambda_service=False)
@pytest.mark.grade("M")
def test_65_where_there_is_no_lambda(stage: Stage) -> None:
    run = with_function(stage)
    failed = stage.only(run, "ScheduleLambdaFunctionFailed")
    assert failed["cause"] == "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION"
    assert stage.types(run)[-1] == DTS


# -- limits ----------------------------------------------------------------------------------


@pytest.mark.lowered(history_events=10)
@pytest.mark.grade("M", "D", "U")
@pytest.mark.unknown(18)
def test_66_a_history_that_grows_too_long_is_ended(stage: Stage) -> None:
    run = stage.start()
    for _ in range(7):
        stage.signal(run)
    assert stage.status(run) == "OPEN"
    stage.signal(run)
    events = stage.history(run)
    assert (len(events), events[-1]["eventType"]) == (10, "WorkflowExecutionTerminated")
    assert attributes(events[-1]) == {
        "cause": "EVENT_LIMIT_EXCEEDED",
        "childPolicy": "TERMINATE",
    }
    assert fault(stage.signal, run=run)[0] == "UnknownResourceFault"


@pytest.mark.lowered(history_events=10)
@pytest.mark.grade("U")
def test_66_in_the_middle_of_a_batch_too(stage: Stage) -> None:
    run = stage.start()
    stage.decide(*(timer(str(number)) for number in range(9)))
    assert len(stage.types(run)) == 10
    assert stage.status(run) == "TERMINATED"


DAY = 86_400


@pytest.mark.grade("M", "U")
@pytest.mark.unknown(29)
def test_67_a_closed_execution_is_kept_for_its_retention(stage: Stage) -> None:
    domain = stage.new_domain("kept", retention="2")
    stage.domain = domain
    stage.register_flow()
    run = stage.start()
    other = stage.start("open", executionStartToCloseTimeout="999999")
    stage.decide(COMPLETE)
    stage.wait(2 * DAY - 60)
    assert stage.status(run) == "COMPLETED"
    stage.wait(120)
    gone = fault(stage.describe, run=run)
    assert gone[0] == "UnknownResourceFault"
    assert fault(stage.history, run=run)[0] == "UnknownResourceFault"
    asked = {"domain": domain, "startTimeFilter": {"oldestDate": 0}}
    assert stage.swf.list_closed_workflow_executions(**asked)["executionInfos"] == []
    assert stage.swf.count_closed_workflow_executions(**asked)["count"] == 0
    assert stage.status(other) == "OPEN"


@pytest.mark.grade("M")
@pytest.mark.parametrize("retention", ["NONE", "0"])
def test_67_without_retention_it_is_gone_at_once(stage: Stage, retention: str) -> None:
    stage.domain = stage.new_domain("gone", retention=retention)
    stage.register_flow()
    run = stage.start()
    stage.decide(COMPLETE)
    assert fault(stage.describe, run=run)[0] == "UnknownResourceFault"
    assert fault(stage.history, run=run)[0] == "UnknownResourceFault"
    stage.start()


@pytest.mark.grade("L", "U")
@pytest.mark.unknown(5)
def test_68_boto3_tries_again_when_it_is_throttled(session: boto3.Session, tmp_path: Path) -> None:
    if targets.NAME != "engine":
        pytest.skip("only the engine throttles when it is told to")
    rules = tmp_path / "faults.json"
    rules.write_text(json.dumps({"rule": [{"kind": "throttle", "next": 2}]}))
    with running(":memory:", 1, "--faults", str(rules)) as engine:
        once = RemoteTarget(session, engine.url, None).client()
        found = fault(once.list_domains, registrationStatus="REGISTERED")
        assert found == ("ThrottlingException", "Rate exceeded")
        retries = {"total_max_attempts": 5, "mode": "standard"}
        stubborn = RemoteTarget(session, engine.url, None).client(retries=retries)
        answer = stubborn.list_domains(registrationStatus="REGISTERED")
        assert answer["domainInfos"] == []
        assert answer["ResponseMetadata"]["RetryAttempts"] == 1
