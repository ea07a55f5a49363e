"""Lines 31-32 of the behaviour document's list: lists and counts of executions."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from stage import CANCEL, COMPLETE, CONTINUE, FAIL, Stage, fault

ALL = {"oldestDate": 0}


def ids(stage: Stage, state: str, **filters: Any) -> list[str]:
    """The names of the executions that a list holds; the count must agree."""
    filters = {"domain": stage.domain} | filters
    if not {"startTimeFilter", "closeTimeFilter"} & set(filters):
        filters["startTimeFilter"] = ALL
    found = getattr(stage.swf, f"list_{state}_workflow_executions")(**filters)
    filters.pop("reverseOrder", None)
    counted = getattr(stage.swf, f"count_{state}_workflow_executions")(**filters)
    assert counted["count"] == len(found["executionInfos"])
    assert counted["truncated"] is False
    names = [info["execution"]["workflowId"] for info in found["executionInfos"]]
    return [name.removesuffix(f"-{stage.mark}") for name in names]


@pytest.fixture
def crowd(stage: Stage) -> Stage:
    """Three open executions and six that closed, each in its own way."""
    if stage.target.domain is not None:
        pytest.skip("a domain that others use has executions of others")
    second = stage.register_flow(version="2")
    for name in ("canceled", "completed", "continued", "failed"):
        stage.start(name, tagList=["Tag"], workflowType=second)
    stage.start("terminated")
    for close in (CANCEL, COMPLETE, CONTINUE, FAIL):
        stage.decide(close)
    stage.terminate({"workflowId": stage.id("terminated")})
    stage.terminate({"workflowId": stage.id("continued")})
    stage.start("one", tagList=["Tag", "other"])
    stage.start("two", workflowType=second)
    stage.start("three")
    return stage


@pytest.mark.grade("D", "M")
def test_31_lists_have_the_newest_first(crowd: Stage) -> None:
    assert ids(crowd, "open") == ["three", "two", "one"]
    assert ids(crowd, "open", reverseOrder=True) == ["one", "two", "three"]
    closed = ["continued", "terminated", "failed", "continued", "completed", "canceled"]
    assert ids(crowd, "closed", closeTimeFilter=ALL) == closed
    assert ids(crowd, "closed", closeTimeFilter=ALL, reverseOrder=True) == closed[::-1]
    by_start = ["continued", "terminated", "failed", "continued", "completed", "canceled"]
    assert ids(crowd, "closed") == by_start


@pytest.mark.grade("M", "D")
def test_31_each_filter_alone(crowd: Stage) -> None:
    flow = crowd.flow["name"]
    assert ids(crowd, "open", typeFilter={"name": flow}) == ["three", "two", "one"]
    assert ids(crowd, "open", typeFilter={"name": flow, "version": "2"}) == ["two"]
    assert ids(crowd, "open", tagFilter={"tag": "other"}) == ["one"]
    assert ids(crowd, "open", tagFilter={"tag": "tag"}) == []
    assert ids(crowd, "open", executionFilter={"workflowId": crowd.id("two")}) == ["two"]
    assert len(ids(crowd, "closed", tagFilter={"tag": "Tag"})) == 4
    assert ids(crowd, "closed", executionFilter={"workflowId": crowd.id("failed")}) == ["failed"]


@pytest.mark.grade("M")
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("CANCELED", ["canceled"]),
        ("COMPLETED", ["completed"]),
        ("CONTINUED_AS_NEW", ["continued"]),
        ("FAILED", ["failed"]),
        ("TERMINATED", ["continued", "terminated"]),
        ("TIMED_OUT", []),
    ],
)
def test_31_the_filter_of_close_states(crowd: Stage, status: str, expected: list[str]) -> None:
    assert ids(crowd, "closed", closeStatusFilter={"status": status}) == expected


@pytest.mark.grade("J")
def test_31_filters_that_do_not_go_together(stage: Stage) -> None:
    swf, domain = stage.swf, stage.domain
    both = {"typeFilter": {"name": "n"}, "tagFilter": {"tag": "t"}}
    for verb in ("list", "count"):
        for state in ("open", "closed"):
            call = getattr(swf, f"{verb}_{state}_workflow_executions")
            name, text = fault(call, domain=domain, startTimeFilter=ALL, **both)
            assert name == "ValidationException"
            assert text.startswith("Cannot specify more than one exclusive filters in the same")
        call = getattr(swf, f"{verb}_closed_workflow_executions")
        found = fault(call, domain=domain)
        assert found == ("ValidationException", "Must specify time filter")
        found = fault(call, domain=domain, startTimeFilter=ALL, closeTimeFilter=ALL)
        assert found[1] == "Cannot specify both a startTimeFilter and a closeTimeFilter"


@pytest.mark.grade("M", "U")
@pytest.mark.unknown(22)
def test_31_the_ends_of_a_time_filter_count(stage: Stage) -> None:
    if stage.target.domain is not None:
        pytest.skip("a domain that others use has executions of others")
    stage.start("early")
    stage.wait(10)
    run = stage.start("middle")
    stage.wait(10)
    stage.start("late")
    at: datetime = stage.describe(run)["executionInfo"]["startTimestamp"].astimezone(UTC)
    second = at.replace(microsecond=0)
    later = second + timedelta(seconds=1)

    def between(oldest: datetime, latest: datetime) -> list[str]:
        return ids(stage, "open", startTimeFilter={"oldestDate": oldest, "latestDate": latest})

    assert between(second, later) == ["middle"]
    assert between(later, later + timedelta(seconds=60)) == ["late"]
    assert between(second - timedelta(seconds=60), second) == ["early"]


@pytest.mark.grade("M")
def test_31_lists_come_in_pages(crowd: Stage) -> None:
    pages = crowd.swf.get_paginator("list_closed_workflow_executions").paginate(
        domain=crowd.domain, closeTimeFilter=ALL, PaginationConfig={"PageSize": 4}
    )
    sizes = [len(page["executionInfos"]) for page in pages]
    assert sizes == [4, 2]


@pytest.mark.grade("M", "R")
@pytest.mark.unknown(31)
def test_31_a_list_shows_what_a_description_shows(stage: Stage) -> None:
    run = stage.start(tagList=["t"])
    asked = {"domain": stage.domain, "startTimeFilter": ALL}
    asked["executionFilter"] = {"workflowId": run["workflowId"]}
    listed = stage.swf.list_open_workflow_executions(**asked)["executionInfos"]
    assert listed == [stage.describe(run)["executionInfo"]]
    stage.decide(COMPLETE)
    listed = stage.swf.list_closed_workflow_executions(**asked)["executionInfos"]
    assert listed == [stage.describe(run)["executionInfo"]]


@pytest.mark.grade("M")
def test_32_counts_need_no_paging(stage: Stage) -> None:
    for number in range(105):
        stage.start(str(number))
    counted = stage.swf.count_open_workflow_executions(domain=stage.domain, startTimeFilter=ALL)
    assert counted["count"] == 105
    assert counted["truncated"] is False


@pytest.mark.lowered(counted=2)
@pytest.mark.grade("M")
@pytest.mark.unknown(49)
def test_32_a_count_that_stops_says_so(stage: Stage) -> None:
    for name in "abc":
        stage.start(name)
    counted = stage.swf.count_open_workflow_executions(domain=stage.domain, startTimeFilter=ALL)
    assert (counted["count"], counted["truncated"]) == (2, True)
