"""What Describe and the lists say of an execution, row by row."""

from typing import Any

import pytest
from service_play import ACTIVITIES, DECISIONS, DOMAIN, FLOW, ServicePlay, decision, schedule

ALL_TIME = {"oldestDate": 0}
UNKNOWN = "UnknownResourceFault"
EXCLUSIVE = (
    "Cannot specify more than one exclusive filters in the same query:"
    " [tagFilter, closeStatusFilter]"
)


def cancel(play: ServicePlay) -> None:
    play.ok("RequestCancelWorkflowExecution", domain=DOMAIN, workflowId="w")


@pytest.mark.parametrize("keeps", [True, False])
def test_cancel_requested_after_the_close_is_a_setting(keeps: bool) -> None:
    play = ServicePlay(closed_keeps_cancel_requested=keeps)
    execution = play.start()
    assert play.describe(execution)["executionInfo"]["cancelRequested"] is False
    cancel(play)
    assert play.describe(execution)["executionInfo"]["cancelRequested"] is True
    play.decide(decision("CancelWorkflowExecution"))
    assert play.describe(execution)["executionInfo"]["cancelRequested"] is keeps


def test_members_of_2023_are_a_setting() -> None:
    assert "reopenable" not in _info(ServicePlay())
    shown = _info(ServicePlay(shows_reopenable=True))
    assert (shown["reopenGenerationId"], shown["reopenable"]) == (0, False)


def _info(play: ServicePlay) -> Any:
    play.start()
    listed = play.ok("ListOpenWorkflowExecutions", domain=DOMAIN, startTimeFilter=ALL_TIME)
    return listed["executionInfos"][0]


def test_open_counts_follow_the_run_and_are_not_reset_by_its_close() -> None:
    play = ServicePlay()
    execution = play.start(lambdaRole="role")
    counts = {
        "openActivityTasks": 0,
        "openChildWorkflowExecutions": 0,
        "openDecisionTasks": 1,
        "openLambdaFunctions": 0,
        "openTimers": 0,
    }
    assert play.describe(execution)["openCounts"] == counts
    task = play.ok("PollForDecisionTask", **DECISIONS)
    assert play.describe(execution)["openCounts"] == counts | {"openDecisionTasks": 0}
    decisions = [
        schedule("a"),
        schedule("b"),
        decision("StartTimer", timerId="t", startToFireTimeout="60"),
        decision("ScheduleLambdaFunction", id="l", name="f"),
        decision(
            "StartChildWorkflowExecution",
            workflowId="c",
            workflowType=FLOW,
            taskList={"name": "elsewhere"},
        ),
    ]
    token = task["taskToken"]
    play.ok("RespondDecisionTaskCompleted", taskToken=token, decisions=decisions)
    play.ok("PollForActivityTask", **ACTIVITIES)
    expected = {
        "openActivityTasks": 2,
        "openChildWorkflowExecutions": 1,
        "openDecisionTasks": 1,
        "openLambdaFunctions": 1,
        "openTimers": 1,
    }
    assert play.describe(execution)["openCounts"] == expected
    play.ok("TerminateWorkflowExecution", domain=DOMAIN, workflowId="w", childPolicy="ABANDON")
    assert play.describe(execution)["openCounts"] == expected


def test_latest_activity_and_context_are_the_last_ones() -> None:
    play = ServicePlay()
    execution = play.start()
    play.decide(schedule("a"), executionContext="c")
    described = play.describe(execution)
    assert "latestActivityTaskTimestamp" not in described
    assert described["latestExecutionContext"] == "c"
    play.wait(2)
    started = play.clock.at
    play.ok("PollForActivityTask", **ACTIVITIES)
    play.wait(1)
    assert play.describe(execution)["latestActivityTaskTimestamp"] == started / 1000
    cancel(play)
    play.decide(executionContext="")
    assert play.describe(execution)["latestExecutionContext"] == ""


def test_configuration_is_what_the_run_was_started_with_also_during_an_override() -> None:
    play = ServicePlay()
    execution = play.start(taskPriority="7", tagList=["x", "y"], childPolicy="ABANDON")
    play.decide(taskList={"name": "sticky"}, taskListScheduleToStartTimeout="5")
    described = play.describe(execution)
    assert described["executionConfiguration"] == {
        "childPolicy": "ABANDON",
        "executionStartToCloseTimeout": "300",
        "taskList": {"name": "decisions"},
        "taskPriority": "7",
        "taskStartToCloseTimeout": "30",
    }
    assert described["executionInfo"]["tagList"] == ["x", "y"]
    assert "parent" not in described["executionInfo"]


def test_child_and_its_continued_runs_name_their_parent() -> None:
    play = ServicePlay()
    parent = play.start()
    elsewhere = {"name": "elsewhere"}
    child = decision(
        "StartChildWorkflowExecution", workflowId="c", workflowType=FLOW, taskList=elsewhere
    )
    play.decide(child)
    task = play.ok("PollForDecisionTask", domain=DOMAIN, taskList=elsewhere)
    again = decision("ContinueAsNewWorkflowExecution", taskList=elsewhere)
    play.ok("RespondDecisionTaskCompleted", taskToken=task["taskToken"], decisions=[again])
    following = play.ok("PollForDecisionTask", domain=DOMAIN, taskList=elsewhere)
    assert following["workflowExecution"]["runId"] != task["workflowExecution"]["runId"]
    for execution in (task["workflowExecution"], following["workflowExecution"]):
        assert play.describe(execution)["executionInfo"]["parent"] == parent
    assert play.describe(parent)["openCounts"]["openChildWorkflowExecutions"] == 1


@pytest.mark.parametrize(("retention", "days"), [("NONE", 0), ("0", 0), ("1", 1), ("90", 90)])
def test_closed_execution_is_there_until_its_retention_ends(retention: str, days: int) -> None:
    play = ServicePlay(retention)
    execution = play.start()
    play.ok("TerminateWorkflowExecution", domain=DOMAIN, workflowId="w")
    listing = {"domain": DOMAIN, "startTimeFilter": ALL_TIME}
    if days:
        play.wait(days * 86_400 - 0.001)
        assert play.describe(execution)["executionInfo"]["executionStatus"] == "CLOSED"
        assert play.types(execution)[-1] == "WorkflowExecutionTerminated"
        assert play.ok("CountClosedWorkflowExecutions", **listing)["count"] == 1
        play.wait(0.001)
    gone = {"domain": DOMAIN, "execution": execution}
    assert play.fault("DescribeWorkflowExecution", **gone)[0] == UNKNOWN
    assert play.fault("GetWorkflowExecutionHistory", **gone)[0] == UNKNOWN
    assert play.ok("CountClosedWorkflowExecutions", **listing)["count"] == 0
    assert play.ok("ListClosedWorkflowExecutions", **listing) == {"executionInfos": []}


@pytest.mark.parametrize("retention", ["1", "NONE"])
def test_late_answer_names_the_closed_execution(retention: str) -> None:
    play = ServicePlay(retention)
    execution = play.start()
    token = play.ok("PollForDecisionTask", **DECISIONS)["taskToken"]
    play.ok("TerminateWorkflowExecution", domain=DOMAIN, workflowId="w")
    named = f"WorkflowExecution=[workflowId=w, runId={execution['runId']}]"
    late = play.fault("RespondDecisionTaskCompleted", taskToken=token)
    assert late == (UNKNOWN, f"Unknown execution: {named}")


def test_filters_and_their_faults() -> None:
    play = ServicePlay()
    play.start("a", tagList=["x"])
    play.start("b", tagList=["X"])
    play.ok("TerminateWorkflowExecution", domain=DOMAIN, workflowId="b")
    asked = {"domain": DOMAIN, "startTimeFilter": ALL_TIME}
    for extra, found in [
        ({"tagFilter": {"tag": "x"}}, ["a"]),
        ({"tagFilter": {"tag": "X"}}, []),
        ({"typeFilter": {"name": "Flow"}}, ["a"]),
        ({"typeFilter": {"name": "Flow", "version": "2"}}, []),
        ({"executionFilter": {"workflowId": "a"}}, ["a"]),
    ]:
        infos = play.ok("ListOpenWorkflowExecutions", **asked, **extra)["executionInfos"]
        assert [info["execution"]["workflowId"] for info in infos] == found
        assert play.ok("CountOpenWorkflowExecutions", **asked, **extra)["count"] == len(found)
    status = {"closeStatusFilter": {"status": "TERMINATED"}}
    assert play.ok("CountClosedWorkflowExecutions", **asked, **status)["count"] == 1
    invalid = "ValidationException"
    for operation in ("ListClosedWorkflowExecutions", "CountClosedWorkflowExecutions"):
        assert play.fault(operation, domain=DOMAIN) == (invalid, "Must specify time filter")
        assert play.fault(operation, **asked, closeTimeFilter=ALL_TIME) == (
            invalid,
            "Cannot specify both a startTimeFilter and a closeTimeFilter",
        )
        assert play.fault(operation, **asked, **status, tagFilter={"tag": "x"}) == (
            invalid,
            EXCLUSIVE,
        )


def test_time_filters_include_their_ends() -> None:
    play = ServicePlay()
    play.start()
    at = play.clock.at / 1000
    for oldest, latest, number in [
        (at, at, 1),
        (at + 0.001, at + 1, 0),
        (at - 1, at - 0.001, 0),
    ]:
        window = {"oldestDate": oldest, "latestDate": latest}
        count = play.ok("CountOpenWorkflowExecutions", domain=DOMAIN, startTimeFilter=window)
        assert count["count"] == number
