"""Lines 63-64 of the behaviour document's list: order, priorities, a decider's own task list."""

from typing import Any, ClassVar

import pytest
from stage import COMPLETE, Execution, Stage, decision, timer

DTS = "DecisionTaskScheduled"


@pytest.mark.grade("D", "R")
@pytest.mark.unknown(47)
def test_63_activities_of_higher_priority_go_first_and_equals_in_order(stage: Stage) -> None:
    stage.start()
    priorities = {"a": "0", "b": "5", "c": None, "d": "-1", "e": "5", "f": "2147483647"}
    stage.decide(
        *(
            stage.schedule(name, **({} if priority is None else {"taskPriority": priority}))
            for name, priority in priorities.items()
        )
    )
    order = [stage.poll_activity()["activityId"] for _ in priorities]
    assert order == ["f", "b", "e", "a", "c", "d"]


@pytest.mark.grade("D", "R")
def test_63_decision_tasks_of_higher_priority_go_first_and_equals_in_order(stage: Stage) -> None:
    stage.start("low", taskPriority="-3")
    for name in ("one", "two"):
        stage.start(name)
    stage.start("high", taskPriority="3")
    order = [stage.poll()["workflowExecution"]["workflowId"] for _ in range(4)]
    assert order == [stage.id(name) for name in ("high", "one", "two", "low")]


@pytest.mark.grade("D")
def test_63_an_activity_has_its_own_priority(stage: Stage) -> None:
    ranked = stage.register_work(version="ranked", defaultTaskPriority="8")
    run = stage.start(taskPriority="7")
    stage.decide(stage.schedule("plain"), stage.schedule("ranked", activityType=ranked))
    plain, from_type = stage.find(run, "ActivityTaskScheduled")
    assert "taskPriority" not in plain
    assert from_type["taskPriority"] == "8"
    assert stage.only(run, DTS)["taskPriority"] == "7"


@pytest.mark.grade("R")
def test_63_a_task_is_given_out_once(stage: Stage) -> None:
    stage.start()
    stage.decide(*(stage.schedule(str(number)) for number in range(10)))
    tokens = {stage.take() for _ in range(10)}
    assert len(tokens) == 10
    assert "taskToken" not in stage.poll_activity()


@pytest.mark.grade("D")
def test_63_lists_of_activities_and_of_decisions_are_apart(stage: Stage) -> None:
    stage.start()
    stage.decide(stage.schedule("a", taskList={"name": stage.decisions}))
    assert "taskToken" not in stage.poll()
    assert stage.poll_activity(stage.decisions)["activityId"] == "a"


@pytest.mark.lowered(pollers=2, hold_ms=1000)
@pytest.mark.grade("D")
def test_63_a_list_has_so_many_pollers(stage: Stage) -> None:
    """Two polls are held while the third comes."""
    service = stage.target.service
    body = f'{{"domain":"{stage.domain}","taskList":{{"name":"l"}}}}'.encode()

    class Nobody:
        answers: ClassVar[list[tuple[int, bytes]]] = []

        def presence(self) -> str:
            return "here"

        def answer(self, status: int, body: bytes) -> None:
            self.answers.append((status, body))

    for _ in range(3):
        service.call("PollForActivityTask", body, Nobody(), "us-east-1")
    service.flush()
    assert [status for status, _ in Nobody.answers] == [400]
    assert b"LimitExceededFault" in Nobody.answers[0][1]


OWN = {"name": "own"}


def scheduled(stage: Stage, run: Execution) -> list[tuple[str, str]]:
    """Where each decision task was scheduled, and with which schedule-to-start time-out."""
    return [
        (block["taskList"]["name"].removesuffix(f"-{stage.mark}"), block["scheduleToStartTimeout"])
        for block in stage.find(run, DTS)
    ]


def overridden(stage: Stage, timeout: str | None = "5", **options: Any) -> Execution:
    """An execution whose decider asked for its own list in its first answer."""
    run = stage.start(**options)
    more = {} if timeout is None else {"taskListScheduleToStartTimeout": timeout}
    stage.decide(timer("t", "1000"), taskList=OWN, **more)
    return run


@pytest.mark.grade("M")
def test_64_later_decision_tasks_come_to_the_list_that_was_asked_for(stage: Stage) -> None:
    run = overridden(stage)
    assert stage.only(run, "DecisionTaskCompleted") == {
        "eventId": 4,
        "scheduledEventId": 2,
        "startedEventId": 3,
        "taskList": OWN,
        "taskListScheduleToStartTimeout": "5",
    }
    stage.signal(run)
    assert "taskToken" not in stage.poll()
    stage.decide(on="own")
    assert scheduled(stage, run) == [("decisions", "NONE"), ("own", "5")]


@pytest.mark.grade("U")
@pytest.mark.unknown(10)
def test_64_an_answer_without_a_list_leaves_it_in_force(stage: Stage) -> None:
    run = overridden(stage)
    stage.signal(run)
    stage.decide(on="own")
    stage.signal(run)
    assert scheduled(stage, run)[-1] == ("own", "5")


@pytest.mark.grade("M", "C")
def test_64_a_task_that_nobody_takes_in_time_goes_back(stage: Stage) -> None:
    run = overridden(stage)
    stage.signal(run)
    stage.wait(4.9)
    assert stage.find(run, "DecisionTaskTimedOut") == []
    stage.wait(0.2)
    assert stage.types(run)[-3:] == [DTS, "DecisionTaskTimedOut", DTS]
    timed_out = stage.only(run, "DecisionTaskTimedOut")
    assert timed_out == {
        "eventId": 8,
        "scheduledEventId": 7,
        "startedEventId": 0,
        "timeoutType": "SCHEDULE_TO_START",
    }
    assert scheduled(stage, run)[1:] == [("own", "5"), ("decisions", "NONE")]
    assert "taskToken" not in stage.poll("own")
    task = stage.decide()
    assert (task["previousStartedEventId"], task["startedEventId"]) == (3, 10)
    stage.signal(run)
    assert scheduled(stage, run)[-1] == ("decisions", "NONE")


@pytest.mark.grade("M")
def test_64_a_task_that_its_taker_does_not_finish_goes_back(stage: Stage) -> None:
    run = overridden(stage)
    stage.signal(run)
    stage.poll("own")
    stage.wait(31)
    assert stage.only(run, "DecisionTaskTimedOut")["timeoutType"] == "START_TO_CLOSE"
    assert scheduled(stage, run)[1:] == [("own", "5"), ("decisions", "NONE")]


@pytest.mark.grade("M", "U")
@pytest.mark.unknown(43)
def test_64_without_a_time_out_the_list_is_permanent(stage: Stage) -> None:
    run = overridden(stage, timeout=None)
    stage.signal(run)
    stage.wait(100)
    stage.poll("own")
    stage.wait(31)
    assert scheduled(stage, run)[1:] == [("own", "NONE"), ("own", "NONE")]


@pytest.mark.grade("L", "M")
def test_64_the_original_list_ends_it(stage: Stage) -> None:
    run = overridden(stage)
    stage.signal(run)
    stage.decide(on="own", taskList={"name": stage.decisions})
    stage.signal(run)
    assert scheduled(stage, run)[-1] == ("decisions", "NONE")


@pytest.mark.grade("M")
def test_64_another_list_replaces_it(stage: Stage) -> None:
    run = overridden(stage)
    stage.signal(run)
    stage.decide(on="own", taskList={"name": "new"}, taskListScheduleToStartTimeout="NONE")
    stage.signal(run)
    assert scheduled(stage, run)[-1] == ("new", "NONE")


@pytest.mark.grade("U")
@pytest.mark.unknown(10)
def test_64_a_task_that_waits_already_stays_where_it_is(stage: Stage) -> None:
    run = stage.start()
    task = stage.poll()
    stage.signal(run)
    stage.respond(task, taskList=OWN, taskListScheduleToStartTimeout="5")
    assert "taskToken" not in stage.poll("own")
    stage.decide()
    stage.signal(run)
    assert scheduled(stage, run) == [("decisions", "NONE"), ("decisions", "NONE"), ("own", "5")]


@pytest.mark.grade("U")
@pytest.mark.unknown(10)
def test_64_describe_and_continue_as_new_know_the_original_list(stage: Stage) -> None:
    run = overridden(stage)
    configuration = stage.describe(run)["executionConfiguration"]
    assert configuration["taskList"] == {"name": stage.decisions}
    stage.signal(run)
    stage.decide(decision("ContinueAsNewWorkflowExecution"), on="own")
    second = stage.open_run(run["workflowId"])
    assert scheduled(stage, second) == [("decisions", "NONE")]


@pytest.mark.grade("U")
@pytest.mark.unknown(44)
def test_64_a_time_out_without_a_list_is_ignored(stage: Stage) -> None:
    run = stage.start()
    stage.decide(taskListScheduleToStartTimeout="5")
    stage.signal(run)
    assert scheduled(stage, run)[-1] == ("decisions", "NONE")
    stage.decide(COMPLETE)


@pytest.mark.grade("U")
@pytest.mark.unknown(45)
def test_64_a_task_behind_a_running_one_counts_from_when_it_can_be_taken(stage: Stage) -> None:
    run = overridden(stage)
    stage.signal(run)
    task = stage.poll("own")
    stage.signal(run)
    stage.wait(20)
    assert stage.find(run, "DecisionTaskTimedOut") == []
    stage.respond(task)
    stage.wait(4.9)
    assert stage.find(run, "DecisionTaskTimedOut") == []
    stage.wait(0.2)
    assert stage.only(run, "DecisionTaskTimedOut")["timeoutType"] == "SCHEDULE_TO_START"
