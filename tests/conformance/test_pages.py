"""Line 12 of the behaviour document's list: pages of histories and of decision tasks."""

import pytest
from stage import Stage, fault


def _long_run(stage: Stage, events: int) -> dict[str, str]:
    """An execution with that many events, the last one a DecisionTaskScheduled's signal."""
    run = stage.start()
    while len(stage.history(run)) < events:
        stage.signal(run)
    return run


@pytest.mark.grade("R", "T")
@pytest.mark.unknown(2)
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
