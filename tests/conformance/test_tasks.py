"""Lines 33-38 of the behaviour document's list: polls, heartbeats, answers."""

from typing import Any

import pytest
from stage import COMPLETE, Execution, Stage, decision, fault, timer

URF = "UnknownResourceFault"


def pending(stage: Stage, task_list: str | None = None) -> int:
    found = stage.swf.count_pending_activity_tasks(
        domain=stage.domain, taskList={"name": task_list or stage.activities}
    )
    assert found["truncated"] is False
    return int(found["count"])


@pytest.mark.grade("D", "U")
@pytest.mark.unknown(16)
def test_33_pending_tasks_are_those_that_wait(stage: Stage) -> None:
    assert (pending(stage, "none"), stage.waits("none")) == (0, 0)
    stage.start("a")
    stage.start("b")
    assert stage.waits() == 2
    stage.decide(stage.schedule("x"), stage.schedule("y"))
    assert (stage.waits(), pending(stage)) == (1, 2)
    stage.take()
    assert pending(stage) == 1
    stage.terminate({"workflowId": stage.id("a")})
    assert pending(stage) == 0


def run_with_activity(stage: Stage, **options: Any) -> Execution:
    run = stage.start()
    stage.decide(stage.schedule("a", **options))
    return run


@pytest.mark.grade("R")
def test_34_a_worker_gets_the_input_and_leaves_its_identity(stage: Stage) -> None:
    run = run_with_activity(stage, input="in", control="mine")
    task = stage.poll_activity(identity="worker")
    assert {name: task[name] for name in task if name not in ("taskToken", "ResponseMetadata")} == {
        "activityId": "a",
        "activityType": stage.work,
        "input": "in",
        "startedEventId": 6,
        "workflowExecution": run,
    }
    assert len(task["taskToken"]) <= 1024
    assert stage.only(run, "ActivityTaskStarted") == {
        "eventId": 6,
        "identity": "worker",
        "scheduledEventId": 5,
    }


@pytest.mark.grade("R")
def test_34_what_was_not_given_is_absent(stage: Stage) -> None:
    run = run_with_activity(stage)
    assert "input" not in stage.poll_activity()
    assert set(stage.only(run, "ActivityTaskStarted")) == {"eventId", "scheduledEventId"}
    assert "taskToken" not in stage.poll_activity()


@pytest.mark.grade("D")
def test_34_a_poll_of_an_unknown_domain_faults_at_once(stage: Stage) -> None:
    for poll in (stage.swf.poll_for_activity_task, stage.swf.poll_for_decision_task):
        found = fault(poll, domain="nowhere", taskList={"name": "l"})
        assert found == (URF, "Unknown domain: nowhere")


@pytest.mark.grade("D", "T")
def test_35_a_heartbeat_tells_of_a_cancel_request(stage: Stage) -> None:
    run = run_with_activity(stage)
    token = stage.take()
    before = len(stage.history(run))
    beat = stage.swf.record_activity_task_heartbeat
    assert beat(taskToken=token)["cancelRequested"] is False
    assert len(stage.history(run)) == before
    stage.signal(run)
    stage.decide(decision("RequestCancelActivityTask", activityId="a"))
    assert beat(taskToken=token)["cancelRequested"] is True


@pytest.mark.grade("M", "T", "U")
@pytest.mark.unknown(26)
def test_35_the_details_of_the_last_heartbeat_are_in_the_time_out(stage: Stage) -> None:
    run = run_with_activity(stage, heartbeatTimeout="5", startToCloseTimeout="60")
    token = stage.take()
    stage.swf.record_activity_task_heartbeat(taskToken=token, details="one")
    stage.swf.record_activity_task_heartbeat(taskToken=token, details="two")
    stage.swf.record_activity_task_heartbeat(taskToken=token)
    stage.wait(5.1)
    found = stage.only(run, "ActivityTaskTimedOut")
    assert (found["timeoutType"], found["details"]) == ("HEARTBEAT", "two")
    late = fault(stage.swf.record_activity_task_heartbeat, taskToken=token)
    assert late == (URF, "Unknown activity, scheduledEventId = 5")


@pytest.mark.grade("R")
@pytest.mark.parametrize(
    ("how", "given", "absent"),
    [
        ("completed", {"result": "r"}, ()),
        ("completed", {}, ("result",)),
        ("completed", {"result": ""}, ()),
        ("failed", {"reason": "r", "details": "d"}, ()),
        ("failed", {}, ("reason", "details")),
    ],
)
def test_36_an_answer_is_an_event_and_news(
    stage: Stage, how: str, given: dict[str, str], absent: tuple[str, ...]
) -> None:
    run = run_with_activity(stage)
    token = stage.take()
    answer = getattr(stage.swf, f"respond_activity_task_{how}")
    assert set(answer(taskToken=token, **given)) == {"ResponseMetadata"}
    found = stage.only(run, f"ActivityTask{how.capitalize()}")
    assert found == {"eventId": 7, "scheduledEventId": 5, "startedEventId": 6} | given
    assert not set(absent) & set(found)
    assert stage.types(run)[-1] == "DecisionTaskScheduled"
    again = fault(answer, taskToken=token)
    assert again == (URF, "Unknown activity, scheduledEventId = 5")


@pytest.mark.grade("D", "T")
def test_36_an_activity_is_canceled_by_its_worker(stage: Stage) -> None:
    run = run_with_activity(stage)
    token = stage.take()
    for _ in range(2):
        stage.signal(run)
        stage.decide(decision("RequestCancelActivityTask", activityId="a"))
    stage.swf.respond_activity_task_canceled(taskToken=token, details="d")
    requests = stage.find(run, "ActivityTaskCancelRequested")
    found = stage.only(run, "ActivityTaskCanceled")
    assert found["latestCancelRequestedEventId"] == requests[1]["eventId"]
    assert (found["startedEventId"], found["details"]) == (6, "d")


@pytest.mark.grade("U")
@pytest.mark.unknown(8)
def test_36_an_activity_may_cancel_unasked(stage: Stage) -> None:
    run = run_with_activity(stage)
    stage.swf.respond_activity_task_canceled(taskToken=stage.take())
    assert set(stage.only(run, "ActivityTaskCanceled")) == {
        "eventId",
        "scheduledEventId",
        "startedEventId",
    }


@pytest.mark.grade("J")
def test_36_a_token_that_is_none_is_invalid(stage: Stage) -> None:
    run_with_activity(stage)
    token = stage.take()
    for text in ("x", token[:-4], token.swapcase()):
        found = fault(stage.swf.respond_activity_task_completed, taskToken=text)
        assert found == ("ValidationException", "Invalid token")


@pytest.mark.grade("R")
def test_37_a_decision_task_says_where_the_decider_stands(stage: Stage) -> None:
    run = stage.start()
    first = stage.poll(identity="decider")
    assert (first["previousStartedEventId"], first["startedEventId"]) == (0, 3)
    assert first["workflowExecution"] == run
    assert first["workflowType"] == stage.flow
    last = first["events"][-1]
    assert last["decisionTaskStartedEventAttributes"] == {
        "identity": "decider",
        "scheduledEventId": 2,
    }
    stage.respond(first, timer())
    stage.signal(run)
    second = stage.poll()
    assert (second["previousStartedEventId"], second["startedEventId"]) == (3, 8)
    assert [event["eventId"] for event in second["events"]] == list(range(1, 9))


@pytest.mark.grade("M", "U")
@pytest.mark.unknown(9)
def test_37_a_timed_out_decision_task_is_not_the_previous_one(stage: Stage) -> None:
    run = stage.start()
    stage.decide(timer(seconds="1000"))
    stage.signal(run)
    lost = stage.poll()
    stage.wait(31)
    task = stage.poll()
    assert task["startedEventId"] > lost["startedEventId"]
    assert task["previousStartedEventId"] == 3


@pytest.mark.grade("M")
def test_37_the_newest_event_first(stage: Stage) -> None:
    stage.start()
    events = stage.poll(reverseOrder=True)["events"]
    assert [event["eventId"] for event in events] == [3, 2, 1]


@pytest.mark.grade("M", "F")
def test_37_pages_of_the_newest_first(stage: Stage) -> None:
    run = stage.start()
    stage.signal(run)
    first = stage.poll(reverseOrder=True, maximumPageSize=3)
    second = stage.poll(reverseOrder=True, maximumPageSize=3, nextPageToken=first["nextPageToken"])
    shown = [[event["eventId"] for event in page["events"]] for page in (first, second)]
    assert shown == [[4, 3, 2], [1]]


@pytest.mark.grade("M", "L")
@pytest.mark.unknown(46)
def test_37_the_window_from_the_previous_started_event(stage: Stage) -> None:
    run = stage.start()
    first = stage.poll(startAtPreviousStartedEvent=True)
    assert first["events"][0]["eventId"] == 1
    stage.respond(first, timer(seconds="1000"))
    stage.signal(run)
    second = stage.poll(startAtPreviousStartedEvent=True)
    assert [event["eventId"] for event in second["events"]] == list(range(3, 9))
    assert second["events"][0]["eventType"] == "DecisionTaskStarted"
    assert (second["previousStartedEventId"], second["startedEventId"]) == (3, 8)
    stage.respond(second)
    stage.signal(run)
    backward = stage.poll(startAtPreviousStartedEvent=True, reverseOrder=True, maximumPageSize=4)
    assert [event["eventId"] for event in backward["events"]] == [12, 11, 10, 9]
    rest = stage.poll(
        startAtPreviousStartedEvent=True,
        reverseOrder=True,
        maximumPageSize=4,
        nextPageToken=backward["nextPageToken"],
    )
    assert [event["eventId"] for event in rest["events"]] == [8]


@pytest.mark.grade("U")
@pytest.mark.unknown(9)
def test_37_the_window_reaches_over_timed_out_tasks(stage: Stage) -> None:
    run = stage.start()
    stage.decide(timer(seconds="1000"))
    stage.signal(run)
    stage.poll()
    stage.wait(31)
    task = stage.poll(startAtPreviousStartedEvent=True)
    assert task["events"][0]["eventId"] == 3


@pytest.mark.grade("U")
@pytest.mark.unknown(36)
def test_37_pages_of_a_closed_decision_task_are_refused(stage: Stage) -> None:
    stage.start()
    task = stage.poll(maximumPageSize=2)
    stage.respond(task)
    found = fault(stage.poll, maximumPageSize=2, nextPageToken=task["nextPageToken"])
    assert found == (URF, "Unknown decision task, scheduledEventId = 2")


@pytest.mark.grade("J", "F", "D")
def test_38_a_bad_decision_leaves_the_task_running(stage: Stage) -> None:
    run = stage.start()
    task = stage.poll()
    before = stage.types(run)
    bad = decision("StartTimer", timerId="t", startToFireTimeout="soon")
    found = fault(
        stage.swf.respond_decision_task_completed,
        taskToken=task["taskToken"],
        decisions=[timer("first"), bad],
    )
    assert found[0] == "ValidationException"
    assert stage.types(run) == before
    stage.respond(task, COMPLETE)
    assert stage.status(run) == "COMPLETED"


@pytest.mark.grade("J")
def test_38_an_answer_that_comes_twice_or_too_late(stage: Stage) -> None:
    run = stage.start()
    task = stage.poll()
    stage.respond(task, timer())
    answer = stage.swf.respond_decision_task_completed
    found = fault(answer, taskToken=task["taskToken"])
    assert found == (URF, "Unknown decision task, scheduledEventId = 2")
    stage.terminate(run)
    shown = f"WorkflowExecution=[workflowId={run['workflowId']}, runId={run['runId']}]"
    found = fault(answer, taskToken=task["taskToken"])
    assert found == (URF, f"Unknown execution: {shown}")


@pytest.mark.grade("J", "M")
def test_38_a_late_answer_does_not_pass_for_that_of_the_running_task(stage: Stage) -> None:
    stage.start()
    lost = stage.poll()
    stage.wait(31)
    running = stage.poll()
    found = fault(stage.swf.respond_decision_task_completed, taskToken=lost["taskToken"])
    assert found == (URF, "Unknown decision task, scheduledEventId = 2")
    stage.respond(running, COMPLETE)


@pytest.mark.grade("R")
def test_38_the_completion_holds_what_was_given(stage: Stage) -> None:
    run = stage.start()
    stage.decide(timer(), executionContext="")
    assert stage.only(run, "DecisionTaskCompleted") == {
        "eventId": 4,
        "executionContext": "",
        "scheduledEventId": 2,
        "startedEventId": 3,
    }


@pytest.mark.grade("J", "U")
@pytest.mark.unknown(35)
def test_38_a_token_of_an_execution_that_is_no_more(stage: Stage) -> None:
    stage.domain = stage.new_domain("forgets", retention="NONE")
    stage.register_flow()
    stage.register_work()
    stage.start()
    stage.decide(stage.schedule())
    token = stage.take()
    stage.terminate({"workflowId": stage.id("w")})
    assert fault(stage.swf.respond_activity_task_completed, taskToken=token)[0] == URF
