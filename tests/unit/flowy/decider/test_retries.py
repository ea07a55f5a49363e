"""Failures of activities: tried again, given up, told."""

import pytest
from story import RUN, Story
from workflows import Transcode, failure_of, make, resize, result_of

from flowy import ActivityProxy, TaskError, TaskFailed, TaskLost, TaskTimedOut
from flowy.decider import decide
from flowy.swf import events as e
from flowy.swf.decisions import ScheduleActivityTask, StartTimer


def test_a_failure_is_tried_again_after_its_delay_and_then_raised():
    def run(self):
        try:
            return self.resize("a").result()
        except TaskFailed as error:
            return error.remote_message

    story = Story(make(run))
    story.decide()
    story.fail("resize-1", message="first")
    timer = story.decide().decisions[0]
    assert isinstance(timer, StartTimer)
    assert (timer.timer_id, timer.start_to_fire_timeout) == ("resize-1~2", "7")
    story.fire("resize-1~2")
    again = story.decide().decisions[0]
    assert isinstance(again, ScheduleActivityTask)
    assert again.activity_id == "resize-1~2"
    assert '"attempt":2' in again.input
    story.fail("resize-1~2", message="second")

    assert result_of(story.decide()) == "second"


def test_a_worker_that_died_spends_its_own_budget_and_is_replaced_at_once():
    story = Story(make(lambda self: self.resize("a").result()))
    story.decide()
    story.time_out("resize-1", "HEARTBEAT", details='"at 3"')
    again = story.decide().decisions[0]

    assert isinstance(again, ScheduleActivityTask)
    assert '"details":"\\"at 3\\""' in again.input


def test_lost_workers_are_replaced_three_times_then_the_loss_is_raised():
    def run(self):
        with pytest.raises(TaskLost) as caught:
            self.resize("a").result()
        return caught.value.reason

    story = Story(make(run))
    story.decide()
    for attempt in ("resize-1", "resize-1~2", "resize-1~3"):
        story.fail(attempt, "flowy.WorkerLost", "signal 9")
        story.decide()
    story.fail("resize-1~4", "flowy.WorkerLost", "signal 9")

    assert result_of(story.decide()) == "signal 9"


def test_a_missed_heartbeat_of_an_activity_that_sends_its_own_is_a_time_out():
    def run(self):
        with pytest.raises(TaskTimedOut) as caught:
            self.transcode("a").result()
        return [caught.value.kind, caught.value.details]

    story = Story(make(run))
    story.decide()
    story.time_out("transcode-1", "HEARTBEAT", details="17")

    assert result_of(story.decide()) == ["HEARTBEAT", 17]


def test_a_task_that_no_worker_knew_is_tried_again_for_free_with_growing_waits():
    story = Story(make(lambda self: self.transcode("a").result()))
    story.decide()
    waits = []
    for number in range(1, 9):
        attempt = "transcode-1" if number == 1 else f"transcode-1~{number}"
        story.fail(attempt, "flowy.UnknownType")
        (timer,) = story.decide().decisions
        waits.append(int(timer.start_to_fire_timeout))
        story.fire(timer.timer_id)
        story.decide()

    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_refused_schedule_is_an_error_of_that_call_only():
    def run(self):
        bad = self.transcode("a")
        good = self.resize("b").result()
        with pytest.raises(TaskError) as caught:
            bad.result()
        return [good, caught.value.cause]

    story = Story(make(run))
    story.poll()
    verdict = decide(story.registry, RUN, story.type, story.events)
    story.answer(())
    completed = len(story.events)
    story.add(
        e.ScheduleActivityTaskFailed(
            activity_id="transcode-1",
            activity_type=verdict.decisions[0].activity_type,
            cause="ACTIVITY_TYPE_DOES_NOT_EXIST",
            decision_task_completed_event_id=completed,
        )
    )
    story.take(verdict.decisions[1], completed)
    story.decide()
    story.complete("resize-1", "ok")

    assert result_of(story.decide()) == ["ok", "ACTIVITY_TYPE_DOES_NOT_EXIST"]


def test_error_handling_false_fails_the_execution_though_nobody_looks():
    def run(self):
        self.transcode("a")
        return self.resize("b").result()

    story = Story(make(run, transcode=ActivityProxy(Transcode, error_handling=False)))
    story.decide()
    story.fail("transcode-1", "Boom")

    assert failure_of(story.decide())[0] == "Boom"


def test_failures_that_nobody_looked_at_are_told():
    def run(self):
        self.transcode("a")
        return self.resize("b").result()

    story = Story(make(run))
    story.decide()
    story.fail("transcode-1", "Boom")
    story.decide()
    story.complete("resize-1")

    (warning,) = story.decide().warnings
    assert "transcode-1" in warning
    assert "Boom" in warning


def test_an_edited_retry_policy_does_not_break_a_running_execution():
    story = Story(make(lambda self: self.resize("a").result()))
    story.decide()
    story.fail("resize-1")
    story.decide()
    story.fire("resize-1~2")
    story.decide()
    never = make(lambda self: self.resize("a").result(), resize=ActivityProxy(resize, retry=0))
    story.registry = Story(never).registry
    story.complete("resize-1~2", "worked")

    assert result_of(story.decide()) == "worked"


def test_a_call_that_the_code_cancelled_is_not_tried_again():
    def run(self):
        call = self.resize("a")
        self.sleep(1).result()
        call.cancel()
        with pytest.raises(TaskFailed):
            call.result()
        return "gave up"

    story = Story(make(run))
    story.decide()
    story.fire("sleep-1")
    story.decide()
    story.fail("resize-1")

    assert result_of(story.decide()) == "gave up"


def test_the_next_attempt_is_told_the_last_heartbeat_of_a_failed_one():
    story = Story(make(lambda self: self.resize("a").result()))
    story.decide()
    story.fail("resize-1", heartbeat="17")
    story.decide()
    story.fire("resize-1~2")

    assert '"details":"17"' in story.decide().decisions[0].input
