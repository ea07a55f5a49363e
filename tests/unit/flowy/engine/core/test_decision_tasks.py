"""When a decision task is scheduled, and what closes an execution."""

import pytest
from world_play import Play, schedule

from flowy.engine.core.commands import complete_decision
from flowy.engine.core.faults import Refused
from flowy.swf import decisions as d
from flowy.swf import events as e

TAIL = 4


def test_start_schedules_the_first_decision_task() -> None:
    play = Play()
    run = play.start()
    assert play.types(run) == ["WorkflowExecutionStarted", "DecisionTaskScheduled"]


def test_news_while_a_task_waits_adds_no_second_one() -> None:
    play = Play()
    run = play.start()
    play.signal(run)
    play.signal(run)
    assert play.types(run).count("DecisionTaskScheduled") == 1


def test_news_while_a_task_runs_schedules_one_more_at_once() -> None:
    play = Play()
    run = play.start()
    play.poll_decision()
    for _ in range(3):
        play.signal(run)
    play.answer(run)
    assert play.types(run)[3:] == [
        "WorkflowExecutionSignaled",
        "DecisionTaskScheduled",
        "WorkflowExecutionSignaled",
        "WorkflowExecutionSignaled",
        "DecisionTaskCompleted",
    ]


def test_task_behind_a_running_one_is_not_given_out() -> None:
    play = Play()
    run = play.start()
    play.poll_decision()
    play.signal(run)
    assert play.poll_decision() is None
    play.answer(run)
    assert play.poll_decision() is run


def test_empty_answer_leaves_the_execution_idle() -> None:
    play = Play()
    run = play.start()
    play.decide()
    play.wait(10_000)
    assert play.types(run)[-1] == "DecisionTaskCompleted"


def test_close_is_refused_while_a_task_waits() -> None:
    play = Play()
    run = play.start()
    play.poll_decision()
    play.signal(run)
    play.answer(run, [schedule("a"), d.CompleteWorkflowExecution("r")])
    assert play.types(run)[-2:] == ["ActivityTaskScheduled", "CompleteWorkflowExecutionFailed"]
    assert run.is_open
    play.decide(d.CompleteWorkflowExecution("r"))
    assert run.close_status == "COMPLETED"


def test_failed_decision_does_not_stop_the_rest_and_is_told_once() -> None:
    play = Play()
    run = play.start()
    play.decide(d.CancelTimer("x"), schedule("a"), d.RequestCancelActivityTask("b"))
    assert play.types(run)[-TAIL:] == [
        "CancelTimerFailed",
        "ActivityTaskScheduled",
        "RequestCancelActivityTaskFailed",
        "DecisionTaskScheduled",
    ]


def test_failed_decision_before_a_close_lets_it_close() -> None:
    play = Play()
    run = play.start()
    play.decide(d.CancelTimer("x"), d.FailWorkflowExecution("why", "reason"))
    assert play.types(run)[-1] == "WorkflowExecutionFailed"


def test_close_in_the_middle_is_refused_and_the_task_goes_on() -> None:
    play = Play()
    run = play.start()
    play.poll_decision()
    before = play.types(run).copy()
    with pytest.raises(Refused, match="Close must be last decision in list"):
        play.answer(run, [d.CompleteWorkflowExecution(), schedule("a")])
    assert play.types(run) == before
    play.answer(run, [d.CompleteWorkflowExecution()])
    assert not run.is_open


def test_closing_takes_tasks_off_their_lists() -> None:
    play = Play()
    play.start()
    play.decide(schedule("a"), schedule("b"))
    play.signal(next(iter(play.world.runs.values())))
    play.decide(d.CompleteWorkflowExecution())
    assert play.poll_activity() is None
    assert play.poll_decision() is None
    assert not play.world.runs
    assert not play.world.open_ids


def test_decision_start_to_close_times_out_and_schedules_again() -> None:
    play = Play()
    run = play.start()
    play.poll_decision()
    play.wait(10_000)
    assert play.types(run)[-2:] == ["DecisionTaskTimedOut", "DecisionTaskScheduled"]
    with pytest.raises(AssertionError):
        play.answer(run)


def test_decision_time_out_adds_no_task_when_one_waits() -> None:
    play = Play()
    run = play.start()
    play.poll_decision()
    play.signal(run)
    play.wait(10_000)
    assert play.types(run)[-1] == "DecisionTaskTimedOut"
    assert play.poll_decision() is run


def test_late_answer_to_a_timed_out_decision_is_refused() -> None:
    play = Play()
    run = play.start()
    play.poll_decision()
    play.wait(10_000)
    late = e.DecisionTaskCompleted(2, 3)
    with pytest.raises(Refused, match="Unknown decision task, scheduledEventId = 2"):
        complete_decision(play.world, run, late, [], play.now)


def test_previous_started_event_is_that_of_the_last_completed_task() -> None:
    play = Play()
    run = play.start()
    assert run.previous_started == 0
    play.decide()
    play.signal(run)
    play.poll_decision()
    play.wait(10_000)
    assert run.previous_started == 3


def test_execution_time_out_closes() -> None:
    play = Play()
    run = play.start()
    play.wait(1_000_000)
    assert play.last(run) == e.WorkflowExecutionTimedOut("TERMINATE", "START_TO_CLOSE")
    assert run.close_status == "TIMED_OUT"


def test_last_event_that_the_limit_allows_is_a_termination() -> None:
    play = Play(history_events=5)
    run = play.start()
    for _ in range(9):
        if run.is_open:
            play.signal(run)
    assert len(play.history(run)) == 5
    assert play.last(run) == e.WorkflowExecutionTerminated("TERMINATE", "EVENT_LIMIT_EXCEEDED")


def test_execution_context_is_the_last_one_given() -> None:
    play = Play()
    run = play.start()
    play.poll_decision()
    play.answer(run, execution_context="")
    assert run.context == ""
    play.signal(run)
    play.decide()
    assert run.context == ""
