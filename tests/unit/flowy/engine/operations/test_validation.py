"""What is refused before anything is looked up, and with which words."""

from typing import Any

import pytest
from service_play import DECISIONS, DOMAIN, FLOW, ServicePlay, decision, schedule

INVALID = "ValidationException"
START = {"domain": DOMAIN, "workflowId": "w", "workflowType": FLOW}
TYPES = (
    "[CompleteWorkflowExecution, StartTimer, RequestCancelExternalWorkflowExecution,"
    " SignalExternalWorkflowExecution, CancelTimer, RecordMarker, ScheduleActivityTask,"
    " ContinueAsNewWorkflowExecution, ScheduleLambdaFunction, FailWorkflowExecution,"
    " RequestCancelActivityTask, StartChildWorkflowExecution, CancelWorkflowExecution]"
)


def failed(value: str, path: str, rule: str) -> str:
    return f"{value} at '{path}' failed to satisfy constraint: Member must {rule}"


def errors(*texts: str) -> str:
    many = "s" if len(texts) > 1 else ""
    return f"{len(texts)} validation error{many} detected: {'; '.join(texts)}"


class Answering:
    """An execution whose decision task waits for an answer."""

    def __init__(self) -> None:
        self.play = ServicePlay()
        self.execution = self.play.start()
        self.token = self.play.ok("PollForDecisionTask", **DECISIONS)["taskToken"]

    def refused(self, *decisions: Any, **options: Any) -> str:
        """The message; nothing has happened, and the same token still counts."""
        before = self.play.history(self.execution)
        name, message = self.play.fault(
            "RespondDecisionTaskCompleted", taskToken=self.token, decisions=decisions, **options
        )
        assert name == INVALID
        assert self.play.history(self.execution) == before
        return message

    def accepted(self, *decisions: Any) -> None:
        self.play.ok("RespondDecisionTaskCompleted", taskToken=self.token, decisions=decisions)


def test_members_of_decisions_are_named_by_their_place_from_one() -> None:
    answering = Answering()
    good = decision("StartTimer", timerId="t", startToFireTimeout="0")
    message = answering.refused(good, decision("StartTimer"), schedule("x" * 257))
    timer = "decisions.2.member.startTimerDecisionAttributes."
    activity = "decisions.3.member.scheduleActivityTaskDecisionAttributes."
    too_long = "have length less than or equal to 256"
    assert message == errors(
        failed("Value null", f"{timer}timerId", "not be null"),
        failed("Value null", f"{timer}startToFireTimeout", "not be null"),
        failed(f"Value '{'x' * 257}'", f"{activity}activityId", too_long),
    )
    answering.accepted(good)


def test_missing_blocks_are_listed_with_all_that_is_wrong() -> None:
    message = Answering().refused(
        {"decisionType": "StartTimer"}, {"decisionType": "Nap"}, {"decisionType": "CancelTimer"}
    )
    assert message == errors(
        failed("Value null", "decisions.1.member.startTimerDecisionAttributes", "not be null"),
        failed(
            "Value 'Nap'", "decisions.2.member.decisionType", f"satisfy enum value set: {TYPES}"
        ),
        failed("Value null", "decisions.3.member.cancelTimerDecisionAttributes", "not be null"),
    )


def test_block_that_belongs_to_another_type_is_checked_too() -> None:
    stray = decision("CompleteWorkflowExecution") | {"cancelTimerDecisionAttributes": {}}
    path = "decisions.1.member.cancelTimerDecisionAttributes.timerId"
    assert Answering().refused(stray) == errors(failed("Value null", path, "not be null"))


def test_close_must_be_the_last_decision() -> None:
    answering = Answering()
    close = decision("CompleteWorkflowExecution")
    assert answering.refused(close, schedule()) == "Close must be last decision in list"
    assert answering.refused(close, close) == "Close must be last decision in list"
    answering.accepted(schedule(), close)


@pytest.mark.parametrize(
    ("kind", "given", "member"),
    [
        ("StartTimer", {"timerId": "t", "startToFireTimeout": "NONE"}, "startToFireTimeout"),
        ("StartTimer", {"timerId": "t", "startToFireTimeout": "1.5"}, "startToFireTimeout"),
        ("StartTimer", {"timerId": "t", "startToFireTimeout": "-1"}, "startToFireTimeout"),
        ("ContinueAsNewWorkflowExecution", {"taskPriority": "high"}, "taskPriority"),
        ("ContinueAsNewWorkflowExecution", {"taskPriority": "2147483648"}, "taskPriority"),
        (
            "ContinueAsNewWorkflowExecution",
            {"executionStartToCloseTimeout": "soon"},
            "executionStartToCloseTimeout",
        ),
    ],
)
def test_bad_durations_and_priorities_are_named(
    kind: str, given: dict[str, str], member: str
) -> None:
    answering = Answering()
    message = answering.refused(decision(kind, **given))
    assert f"'decisions.1.member.{_block(kind)}.{member}'" in message


def _block(kind: str) -> str:
    return next(name for name in decision(kind) if name != "decisionType")


def test_ids_in_decisions_may_hold_what_names_may_not() -> None:
    answering = Answering()
    child = decision("StartChildWorkflowExecution", workflowId="a:b c", workflowType=FLOW)
    timer = decision("StartTimer", timerId="t:1 /", startToFireTimeout="9")
    answering.accepted(child, timer)
    types = answering.play.types(answering.execution)
    assert "TimerStarted" in types
    assert "ChildWorkflowExecutionStarted" in types


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"workflowId": "a:b"}, "workflowId"),
        ({"workflowId": "a\u0085b"}, "workflowId"),
        ({"workflowId": "arn"}, "workflowId"),
        ({"taskList": {"name": "a|b"}}, "taskList.name"),
        ({"executionStartToCloseTimeout": "NONE"}, "executionStartToCloseTimeout"),
        ({"taskStartToCloseTimeout": "ten"}, "taskStartToCloseTimeout"),
        ({"taskPriority": "1.0"}, "taskPriority"),
    ],
)
def test_start_is_checked(changed: dict[str, Any], path: str) -> None:
    name, message = ServicePlay().fault("StartWorkflowExecution", **START | changed)
    assert name == INVALID
    assert f"'{path}'" in message


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        (
            {"tagList": list("abcdef")},
            failed("Value '[a, b, c, d, e, f]'", "tagList", "have length less than or equal to 5"),
        ),
        (
            {"childPolicy": "ASK"},
            failed(
                "Value 'ASK'",
                "childPolicy",
                "satisfy enum value set: [TERMINATE, REQUEST_CANCEL, ABANDON]",
            ),
        ),
        (
            {"workflowId": ""},
            failed("Value ''", "workflowId", "have length greater than or equal to 1"),
        ),
        (
            {"executionStartToCloseTimeout": "123456789"},
            failed(
                "Value '123456789'",
                "executionStartToCloseTimeout",
                "have length less than or equal to 8",
            ),
        ),
    ],
)
def test_shapes_have_their_texts(changed: dict[str, Any], text: str) -> None:
    fault = ServicePlay().fault("StartWorkflowExecution", **START | changed)
    assert fault == (INVALID, errors(text))


def test_order_of_the_checks_of_a_start() -> None:
    play = ServicePlay()
    play.start()
    unknown = {"name": "Nope", "version": "1"}
    play.ok("RegisterWorkflowType", domain=DOMAIN, name="Bare", version="1")
    bare = {"workflowType": {"name": "Bare", "version": "1"}}
    started = "WorkflowExecutionAlreadyStartedFault"
    for changed, name, message in [
        ({"domain": "x", "workflowType": unknown}, "UnknownResourceFault", "Unknown domain: x"),
        (
            {"workflowType": unknown},
            "UnknownResourceFault",
            "Unknown type: WorkflowType=[name=Nope, version=1]",
        ),
        (bare, started, "Already Started"),
        (bare | {"workflowId": "v"}, "DefaultUndefinedFault", "executionStartToCloseTimeout"),
    ]:
        assert play.fault("StartWorkflowExecution", **START | changed) == (name, message)


@pytest.mark.parametrize("name", [" d", "d ", "d/e", "arn", "a\tb"])
def test_names_of_domains_and_polled_lists_are_checked(name: str) -> None:
    play = ServicePlay()
    days = {"workflowExecutionRetentionPeriodInDays": "1"}
    assert play.fault("RegisterDomain", name=name, **days)[0] == INVALID
    for operation in ("PollForDecisionTask", "PollForActivityTask"):
        assert play.fault(operation, domain=DOMAIN, taskList={"name": name})[0] == INVALID


@pytest.mark.parametrize("days", ["91", "-1", "x", "1.5", ""])
def test_retention_is_none_or_up_to_ninety_days(days: str) -> None:
    asked = {"name": "e", "workflowExecutionRetentionPeriodInDays": days}
    assert ServicePlay().fault("RegisterDomain", **asked)[0] == INVALID


def test_wrong_types_are_unreadable_and_unknown_members_nothing() -> None:
    play = ServicePlay()
    for changed in (
        {"workflowId": 7},
        {"tagList": "a"},
        {"workflowType": "Flow"},
        {"input": {"a": 1}},
    ):
        fault = play.fault("StartWorkflowExecution", **START | changed)
        assert fault[0] == "SerializationException"
    play.ok("StartWorkflowExecution", **START, colour="red", input=None)


@pytest.mark.parametrize(("size", "rule"), [(1001, "less"), (-1, "greater")])
def test_page_size_has_its_bounds(size: int, rule: str) -> None:
    asked = {"registrationStatus": "REGISTERED", "maximumPageSize": size}
    name, message = ServicePlay().fault("ListDomains", **asked)
    assert name == INVALID
    assert f"have value {rule} than or equal to" in message


def test_time_out_of_an_override_without_a_list_is_ignored() -> None:
    play = ServicePlay()
    execution = play.start()
    play.decide(taskListScheduleToStartTimeout="5")
    completed = play.history(execution)[-1]["decisionTaskCompletedEventAttributes"]
    assert completed == {"scheduledEventId": 2, "startedEventId": 3}
