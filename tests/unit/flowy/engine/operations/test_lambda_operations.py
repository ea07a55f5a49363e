"""Lambda tasks over the engine's own operations."""

import pytest
from service_play import DOMAIN, FLOW, ServicePlay, decision

CALL = decision("ScheduleLambdaFunction", id="1", name="f", input='{"n":1}')


def begun() -> tuple[ServicePlay, dict[str, str]]:
    play = ServicePlay()
    execution = play.start(lambdaRole="role")
    play.decide(CALL)
    return play, execution


def test_held_poll_gets_the_function_once_it_is_scheduled() -> None:
    play = ServicePlay()
    poll = play.call("PollForLambdaTask", domain=DOMAIN, identity="me")
    assert poll.status == 0
    execution = play.start(lambdaRole="role")
    play.decide(CALL)
    token = poll.body.pop("taskToken")
    assert poll.body == {"input": '{"n":1}', "name": "f", "workflowExecution": execution}
    assert play.describe(execution)["openCounts"]["openLambdaFunctions"] == 1
    assert play.ok("RespondLambdaTaskCompleted", taskToken=token, result='"r"') is None
    completed = play.history(execution)[-2]["lambdaFunctionCompletedEventAttributes"]
    assert completed == {"result": '"r"', "scheduledEventId": 5, "startedEventId": 6}


def test_failure_has_reason_and_details() -> None:
    play, execution = begun()
    token = play.ok("PollForLambdaTask", domain=DOMAIN)["taskToken"]
    play.ok("RespondLambdaTaskFailed", taskToken=token, reason="r", details="d")
    failed = play.history(execution)[-2]["lambdaFunctionFailedEventAttributes"]
    assert (failed["reason"], failed["details"]) == ("r", "d")
    late = play.fault("RespondLambdaTaskCompleted", taskToken=token)
    assert late == ("UnknownResourceFault", "Unknown lambda function, scheduledEventId = 5")


@pytest.mark.parametrize("given", [{}, {"input": ""}])
def test_function_without_input_gets_an_empty_object(given: dict[str, str]) -> None:
    play = ServicePlay()
    play.start(lambdaRole="role")
    play.decide(decision("ScheduleLambdaFunction", id="1", name="f", **given))
    assert play.ok("PollForLambdaTask", domain=DOMAIN)["input"] == "{}"


def test_empty_poll_has_no_token_and_a_late_answer_is_refused() -> None:
    play, execution = begun()
    token = play.ok("PollForLambdaTask", domain=DOMAIN)["taskToken"]
    poll = play.call("PollForLambdaTask", domain=DOMAIN)
    play.wait(60)
    assert poll.body == {}
    play.wait(60 * 14)
    # The execution itself lasts 300 seconds only.
    assert play.describe(execution)["executionInfo"]["closeStatus"] == "TIMED_OUT"
    name, message = play.fault("RespondLambdaTaskCompleted", taskToken=token)
    assert name == "UnknownResourceFault"
    assert execution["runId"] in message


def test_polls_are_released_and_refused_like_any_other() -> None:
    play = ServicePlay(pollers=1)
    poll = play.call("PollForLambdaTask", domain=DOMAIN, identity="me")
    assert play.fault("PollForLambdaTask", domain=DOMAIN)[0] == "LimitExceededFault"
    play.ok("ReleasePolls", identity="me")
    assert poll.body == {}
    assert play.ok("PollForLambdaTask", domain=DOMAIN, identity="me") == {}
    unknown = play.fault("PollForLambdaTask", domain="nowhere")
    assert unknown == ("UnknownResourceFault", "Unknown domain: nowhere")


def test_own_operations_check_their_requests() -> None:
    play = ServicePlay()
    for operation, member in [
        ("ReleasePolls", "identity"),
        ("PollForLambdaTask", "domain"),
        ("RespondLambdaTaskCompleted", "taskToken"),
        ("RespondLambdaTaskFailed", "taskToken"),
    ]:
        text = f"Value null at '{member}' failed to satisfy constraint: Member must not be null"
        assert play.fault(operation) == (
            "ValidationException",
            f"1 validation error detected: {text}",
        )
    begun_play, _ = begun()
    token = begun_play.ok("PollForLambdaTask", domain=DOMAIN)["taskToken"]
    wrong = begun_play.fault("RespondActivityTaskCompleted", taskToken=token)
    assert wrong == ("ValidationException", "Invalid token")


@pytest.mark.parametrize("timeout", ["0", "901", "NONE"])
def test_time_out_of_a_function_is_a_second_to_fifteen_minutes(timeout: str) -> None:
    play = ServicePlay()
    play.start()
    token = play.ok("PollForDecisionTask", domain=DOMAIN, taskList={"name": "decisions"})
    bad = decision("ScheduleLambdaFunction", id="1", name="f", startToCloseTimeout=timeout)
    name, message = play.fault(
        "RespondDecisionTaskCompleted", taskToken=token["taskToken"], decisions=[bad]
    )
    assert name == "ValidationException"
    assert (
        "decisions.1.member.scheduleLambdaFunctionDecisionAttributes.startToCloseTimeout" in message
    )


def test_role_of_child_and_continued_run_is_what_their_decision_gives() -> None:
    play = ServicePlay()
    play.start(lambdaRole="role")
    child = decision("StartChildWorkflowExecution", workflowId="c", workflowType=FLOW)
    again = decision("ContinueAsNewWorkflowExecution", lambdaRole="other")
    play.decide(child, again)
    infos = play.ok("ListOpenWorkflowExecutions", domain=DOMAIN, startTimeFilter={"oldestDate": 0})[
        "executionInfos"
    ]
    roles = {
        info["execution"]["workflowId"]: play.describe(info["execution"])[
            "executionConfiguration"
        ].get("lambdaRole")
        for info in infos
    }
    assert roles == {"w": "other", "c": None}
