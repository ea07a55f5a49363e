"""Pages: their tokens, their order, and the view that they keep."""

from typing import Any

import pytest
from service_play import DECISIONS, DOMAIN, ServicePlay, decision

INVALID = ("ValidationException", "Invalid token")
ALL_TIME = {"oldestDate": 0}


def signalled(play: ServicePlay, times: int) -> dict[str, str]:
    execution = play.start()
    for number in range(times):
        play.ok("SignalWorkflowExecution", domain=DOMAIN, workflowId="w", signalName=f"s{number}")
    return execution


def numbers(events: list[Any]) -> list[int]:
    return [event["eventId"] for event in events]


@pytest.mark.parametrize("reverse", [False, True])
def test_decision_poll_in_pages_repeats_its_head_and_keeps_its_view(reverse: bool) -> None:
    play = ServicePlay()
    signalled(play, 5)
    asked = DECISIONS | {"maximumPageSize": 3, "reverseOrder": reverse}
    page = play.ok("PollForDecisionTask", **asked)
    head = {name: item for name, item in page.items() if name not in ("events", "nextPageToken")}
    assert set(head) == {
        "previousStartedEventId",
        "startedEventId",
        "taskToken",
        "workflowExecution",
        "workflowType",
    }
    seen = numbers(page["events"])
    while "nextPageToken" in page:
        play.ok("SignalWorkflowExecution", domain=DOMAIN, workflowId="w", signalName="late")
        page = play.ok("PollForDecisionTask", nextPageToken=page["nextPageToken"], **asked)
        assert page.items() >= head.items()
        seen += numbers(page["events"])
    expected = list(range(1, 9))
    assert seen == (expected[::-1] if reverse else expected)


def test_window_begins_with_the_started_event_of_the_last_completed_task() -> None:
    play = ServicePlay()
    signalled(play, 1)
    first = play.ok("PollForDecisionTask", **DECISIONS, startAtPreviousStartedEvent=True)
    assert (first["previousStartedEventId"], numbers(first["events"])) == (0, [1, 2, 3, 4])
    timer = decision("StartTimer", timerId="t", startToFireTimeout="0")
    play.ok("RespondDecisionTaskCompleted", taskToken=first["taskToken"], decisions=[timer])
    lost = play.ok("PollForDecisionTask", **DECISIONS, startAtPreviousStartedEvent=True)
    assert (lost["previousStartedEventId"], numbers(lost["events"])[0]) == (4, 4)
    play.wait(30)
    again = play.ok("PollForDecisionTask", **DECISIONS, startAtPreviousStartedEvent=True)
    # The task that timed out moves nothing.
    assert again["previousStartedEventId"] == 4
    assert numbers(again["events"]) == list(range(4, again["startedEventId"] + 1))


def test_window_in_pages_wants_its_flag_again() -> None:
    play = ServicePlay()
    signalled(play, 0)
    play.decide()
    for name in "abc":
        play.ok("SignalWorkflowExecution", domain=DOMAIN, workflowId="w", signalName=name)
    asked = DECISIONS | {"maximumPageSize": 4, "startAtPreviousStartedEvent": True}
    page = play.ok("PollForDecisionTask", **asked)
    assert numbers(page["events"]) == [3, 4, 5, 6]
    token = page["nextPageToken"]
    assert play.fault("PollForDecisionTask", **DECISIONS, nextPageToken=token) == INVALID
    rest = play.ok("PollForDecisionTask", **asked, nextPageToken=token)
    assert numbers(rest["events"]) == [7, 8, 9]
    assert "nextPageToken" not in rest


def test_page_request_takes_no_task_and_ends_with_its_own() -> None:
    play = ServicePlay()
    signalled(play, 3)
    asked = DECISIONS | {"maximumPageSize": 2}
    page = play.ok("PollForDecisionTask", **asked)
    play.start("other")
    token = page["nextPageToken"]
    same = play.ok("PollForDecisionTask", **asked, nextPageToken=token)
    assert same["workflowExecution"]["workflowId"] == "w"
    play.ok("RespondDecisionTaskCompleted", taskToken=page["taskToken"])
    refused = play.fault("PollForDecisionTask", **asked, nextPageToken=token)
    assert refused == ("UnknownResourceFault", "Unknown decision task, scheduledEventId = 2")


def test_page_token_is_for_its_operation_and_arguments_for_a_day() -> None:
    play = ServicePlay()
    execution = signalled(play, 3)
    asked = {"domain": DOMAIN, "execution": execution, "maximumPageSize": 2}
    token = play.ok("GetWorkflowExecutionHistory", **asked)["nextPageToken"]
    poll = {"maximumPageSize": 2, "nextPageToken": token}
    assert play.fault("PollForDecisionTask", **DECISIONS, **poll) == INVALID
    backwards = asked | {"reverseOrder": True, "nextPageToken": token}
    assert play.fault("GetWorkflowExecutionHistory", **backwards) == INVALID
    assert play.fault("GetWorkflowExecutionHistory", **asked, nextPageToken="x") == INVALID
    play.wait(24 * 3600)
    play.ok("GetWorkflowExecutionHistory", **asked, nextPageToken=token)
    play.wait(0.001)
    assert play.fault("GetWorkflowExecutionHistory", **asked, nextPageToken=token) == (
        "ValidationException",
        "Specified token has exceeded its maximum lifetime",
    )


@pytest.mark.parametrize(("asked", "expected"), [(None, 100), (0, 100), (7, 7), (1000, 100)])
def test_pages_have_a_hundred_items_at_most(asked: int | None, expected: int) -> None:
    play = ServicePlay()
    execution = signalled(play, 150)
    size = {} if asked is None else {"maximumPageSize": asked}
    page = play.ok("GetWorkflowExecutionHistory", domain=DOMAIN, execution=execution, **size)
    assert len(page["events"]) == expected


def test_result_that_fills_its_last_page_has_no_further_one() -> None:
    play = ServicePlay()
    for number in range(4):
        play.start(f"w{number}")
    asked = {"domain": DOMAIN, "startTimeFilter": ALL_TIME, "maximumPageSize": 2}
    first = play.ok("ListOpenWorkflowExecutions", **asked)
    token = first["nextPageToken"]
    second = play.ok("ListOpenWorkflowExecutions", **asked, nextPageToken=token)
    assert len(second["executionInfos"]) == 2
    assert "nextPageToken" not in second
