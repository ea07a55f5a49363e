"""What workflow code may rely on: calls, placeholders, errors, retries, timers, branches."""

import json

import pytest
from story import RUN, Story, asked

from flowy import (
    Activity,
    ActivityProxy,
    Canceled,
    TaskError,
    TaskFailed,
    TaskLost,
    TaskTimedOut,
    Workflow,
    activity,
    workflow,
)
from flowy.decider import Execution, NonDeterminism, Stale, decide
from flowy.errors import OptionError, RegistrationError
from flowy.swf import events as e
from flowy.swf.decisions import (
    CancelWorkflowExecution,
    CompleteWorkflowExecution,
    FailWorkflowExecution,
    ScheduleActivityTask,
    StartTimer,
)


@activity("Resize", 1, "images", retry=1, delay=7, start_to_close=90)
def resize(path, width=128): ...


@activity("Transcode", 2, "videos", heartbeat=30)
class Transcode(Activity):
    def run(self, source): ...


def make(run, *, name="Example", **proxies):
    """A workflow class with that run method."""
    body = {"run": run, "resize": ActivityProxy(resize), "transcode": ActivityProxy(Transcode)}
    return workflow(name, 1, "decisions")(type(name, (Workflow,), {**body, **proxies}))


def result_of(verdict):
    (close,) = verdict.decisions
    assert isinstance(close, CompleteWorkflowExecution), verdict
    return json.loads(close.result)


def failure_of(verdict):
    (close,) = verdict.decisions
    assert isinstance(close, FailWorkflowExecution), verdict
    return close.reason, json.loads(close.details)


def test_independent_calls_are_scheduled_in_one_decision():
    story = Story(make(lambda self: [self.resize("a").result(), self.resize("b").result()]))
    assert asked(story.decide()) == ["resize-1"]

    story = Story(make(lambda self: [p.result() for p in (self.resize("a"), self.resize("b"))]))
    assert asked(story.decide()) == ["resize-1", "resize-2"]


def test_the_result_of_run_completes_the_execution():
    story = Story(make(lambda self, path: {"path": self.resize(path).result()}), "cat.jpg")
    story.decide()
    story.complete("resize-1", "small-cat.jpg")

    assert result_of(story.decide()) == {"path": "small-cat.jpg"}


def test_placeholders_that_run_returns_are_waited_for_also_nested():
    story = Story(make(lambda self: {"both": [self.resize("a"), self.resize("b")]}))
    story.decide()
    story.complete("resize-2", 2)
    story.decide()
    story.complete("resize-1", 1)

    assert result_of(story.decide()) == {"both": [1, 2]}


def test_a_placeholder_as_an_argument_schedules_the_call_once_it_is_there():
    def run(self):
        path = self.resize("a")
        return self.transcode([{"from": path}]).result()

    story = Story(make(run))
    assert asked(story.decide()) == ["resize-1"]
    story.complete("resize-1", "small")
    verdict = story.decide()

    assert asked(verdict) == ["transcode-1"]
    assert '"args":[[{"from":"small"}]]' in verdict.decisions[0].input


def test_the_containers_of_an_argument_are_taken_when_the_call_is_made():
    def run(self):
        paths = [self.resize("a")]
        call = self.transcode(paths)
        paths.append("added later")
        return call.result()

    story = Story(make(run))
    story.decide()
    story.complete("resize-1", "small")

    assert '"args":[["small"]]' in story.decide().decisions[0].input


def test_an_error_goes_through_the_calls_that_need_its_result():
    def run(self):
        call = self.transcode(self.resize("a"))
        with pytest.raises(TaskFailed) as caught:
            call.result()
        return [caught.value.remote_type, caught.value.remote_message]

    story = Story(make(run, resize=ActivityProxy(resize, retry=0)))
    story.decide()
    story.fail("resize-1", "ValueError", "no such picture")

    assert result_of(story.decide()) == ["ValueError", "no such picture"]


def test_an_uncaught_task_error_fails_the_execution_with_its_first_cause():
    story = Story(make(lambda self: self.transcode("x").result()))
    story.decide()
    story.fail("transcode-1", "shop.OutOfDisk", "disk full")

    reason, details = failure_of(story.decide())

    assert reason == "shop.OutOfDisk"
    assert details["message"] == "disk full"


def test_an_exception_of_the_code_fails_the_execution_with_its_traceback():
    def run(self):
        raise LookupError("nothing there")

    reason, details = failure_of(Story(make(run)).decide())

    assert reason == "LookupError"
    assert details["message"] == "nothing there"
    assert "in run" in details["traceback"]


def test_the_three_scopes_of_options_beat_each_other_in_order():
    def run(self):
        plain = self.resize("a")
        with self.options(start_to_close=10, task_list="fast"):
            scoped = self.resize("b")
        return [plain.result(), scoped.result()]

    story = Story(make(run, resize=ActivityProxy(resize, start_to_close=50, priority=4)))
    plain, scoped = story.decide().decisions

    assert (plain.start_to_close_timeout, plain.task_list.name) == ("50", "images")
    assert (scoped.start_to_close_timeout, scoped.task_list.name) == ("10", "fast")
    assert plain.task_priority == scoped.task_priority == "4"


def test_all_time_outs_are_sent_so_that_a_changed_default_needs_no_new_version():
    (task,) = Story(make(lambda self: self.resize("a").result())).decide().decisions

    assert task.start_to_close_timeout == "90"
    assert task.heartbeat_timeout == "60"
    assert task.schedule_to_start_timeout == "NONE"
    assert task.schedule_to_close_timeout == "NONE"


def test_a_type_that_only_other_hosts_know_is_sent_with_what_was_said_alone():
    remote = ActivityProxy("Elsewhere", "3.1", start_to_close=5)
    (task,) = Story(make(lambda self: self.remote().result(), remote=remote)).decide().decisions

    assert (task.activity_type.name, task.activity_type.version) == ("Elsewhere", "3.1")
    assert task.start_to_close_timeout == "5"
    assert task.heartbeat_timeout is None
    assert task.task_list is None


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


def test_a_sleep_is_a_timer_and_now_is_the_decisions_time():
    def run(self):
        before = self.now()
        self.sleep(1.5).result()
        return [before.isoformat(), (self.now() - before).total_seconds() > 0]

    story = Story(make(run))
    (timer,) = story.decide().decisions
    assert timer.start_to_fire_timeout == "2"
    at = story.events[2].at
    story.fire("sleep-1")

    assert result_of(story.decide()) == [f"1970-01-01T00:16:40.{at % 1000:03d}000+00:00", True]


def test_a_cancelled_timer_settles_at_once():
    def run(self):
        timer = self.sleep(60)
        timer.cancel()
        with pytest.raises(TaskError):
            timer.result()
        return "went on"

    assert asked(Story(make(run)).decide()) == ["sleep-1", "sleep-1", "CompleteWorkflowExecution"]


def test_branches_run_sequential_code_side_by_side_with_ids_of_their_own():
    def run(self):
        def one(path):
            return self.transcode(self.resize(path).result()).result()

        branches = [self.spawn(one, path) for path in ("a", "b")]
        return [branch.result() for branch in branches]

    story = Story(make(run))
    assert asked(story.decide()) == ["one-1.resize-1", "one-2.resize-1"]
    story.complete("one-2.resize-1", "B")
    assert asked(story.decide()) == ["one-2.transcode-1"]
    story.complete("one-1.resize-1", "A")
    story.complete("one-2.transcode-1", "b!")
    assert asked(story.decide()) == ["one-1.transcode-1"]
    story.complete("one-1.transcode-1", "a!")

    assert result_of(story.decide()) == ["a!", "b!"]


def test_the_end_of_run_cancels_its_branches_and_waits_for_their_clean_up():
    def run(self):
        def watch():
            try:
                self.sleep(1000).result()
            finally:
                self.resize("clean").result()

        self.spawn(watch)
        return self.resize("main").result()

    story = Story(make(run))
    story.decide()
    story.complete("resize-1", "done")
    assert asked(story.decide()) == ["watch-1.resize-1"]
    story.complete("watch-1.resize-1")

    assert result_of(story.decide()) == "done"


def test_a_cancel_request_raises_canceled_once_and_closes_canceled():
    story = Story(make(lambda self: self.resize("a").result()))
    story.decide()
    story.add(e.WorkflowExecutionCancelRequested(external_initiated_event_id=0))

    assert [type(x) for x in story.decide().decisions] == [CancelWorkflowExecution]


def test_a_caught_cancellation_lets_the_execution_go_on():
    def run(self):
        try:
            self.resize("a").result()
        except Canceled:
            return self.transcode("cleaned up").result()

    story = Story(make(run))
    story.decide()
    story.add(e.WorkflowExecutionCancelRequested(external_initiated_event_id=0))
    story.decide()
    story.complete("transcode-1", "bye")

    assert result_of(story.decide()) == "bye"


def test_an_argument_without_a_json_form_is_an_error_at_the_call_that_names_it():
    def run(self):
        self.resize({"sizes": {3, 4}})

    reason, details = failure_of(Story(make(run)).decide())

    assert reason == "flowy.errors.SerializationError"
    assert "args[0]['sizes']" in details["message"]
    assert "sorted" in details["message"]


def test_a_close_that_raced_with_news_is_offered_again_and_nothing_else():
    story = Story(make(lambda self: self.resize("a").result()))
    story.decide()
    story.complete("resize-1", 5)
    story.poll()
    verdict = decide(story.registry, RUN, story.type, story.events)
    story.answer(())
    story.add(
        e.CompleteWorkflowExecutionFailed(
            cause="UNHANDLED_DECISION", decision_task_completed_event_id=len(story.events)
        )
    )
    story.add(e.WorkflowExecutionSignaled(signal_name="late", external_initiated_event_id=0))

    assert story.decide().decisions == verdict.decisions


def test_changed_code_is_parked_with_both_sides_and_the_line_that_asked():
    story = Story(make(lambda self: self.resize("a", width=64).result()))
    story.decide()
    changed = make(lambda self: self.resize("a", width=999).result())
    story.registry = Story(changed).registry

    verdict = story.decide()

    (timer,) = verdict.decisions
    assert timer.timer_id.startswith("flowy.park-")
    assert '"width":64' in verdict.parked
    assert '"width":999' in verdict.parked
    assert "test_decide.py:" in verdict.parked


def test_an_added_and_a_removed_call_are_differences():
    def two(self):
        return [p.result() for p in [self.resize("a"), self.resize("b")]]

    story = Story(make(two))
    story.decide()
    story.registry = Story(make(lambda self: self.resize("a").result())).registry
    assert "asked:    nothing more" in story.decide().parked

    story = Story(make(lambda self: self.resize("a").result()))
    story.decide()
    story.registry = Story(make(two)).registry
    assert "recorded: nothing more" in story.decide().parked


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


def test_parked_executions_wait_twice_as_long_each_time_and_go_on_once_the_code_is_back():
    cls = make(lambda self: self.resize("a").result())
    story = Story(cls)
    good = story.registry
    story.registry = Story(make(lambda self: None, name="Other")).registry
    waits = []
    for _ in range(10):
        verdict = story.decide()
        assert "Example/1" in verdict.parked
        waits.append(int(verdict.decisions[0].start_to_fire_timeout))
        story.fire(verdict.decisions[0].timer_id)
    assert waits == [15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    story.registry = good

    assert asked(story.decide()) == ["resize-1"]


@pytest.mark.parametrize(
    "error", [ImportError("gone"), RecursionError(), MemoryError(), SystemExit(1)]
)
def test_what_is_not_the_codes_own_failure_is_parked(error):
    def run(self):
        raise error

    verdict = Story(make(run)).decide()

    assert type(error).__name__ in verdict.parked
    assert [type(x) for x in verdict.decisions] == [StartTimer]


def test_an_unreadable_input_is_parked():
    story = Story(make(lambda self, when: when))
    started = story.events[0].attributes
    bad = '{"$flowy":1,"args":[{"$flowy":"no such tag","v":1}],"kwargs":{}}'
    story.events[0] = e.Event(
        1,
        0,
        e.WorkflowExecutionStarted(
            child_policy="TERMINATE",
            task_list=started.task_list,
            workflow_type=started.workflow_type,
            input=bad,
        ),
    )

    assert "no such tag" in story.decide().parked


def test_a_kept_execution_answers_as_a_fresh_one_does():
    def run(self):
        first = self.resize("a").result()
        return [first, self.transcode(first).result()]

    story = Story(make(run))
    kept = Execution(story.registry.workflow(story.type), RUN, story.registry.activities)
    assert len(story.run(kept)) == 1
    story.complete("resize-1", 1)
    story.run(kept)
    story.complete("transcode-1", 2)
    fresh = Story(make(run))
    fresh.events = list(story.events)
    verdict = fresh.decide()

    assert story.run(kept) == verdict.decisions
    kept.evict()


def test_an_execution_whose_answer_was_never_taken_is_stale():
    story = Story(make(lambda self: self.resize("a").result()))
    kept = Execution(story.registry.workflow(story.type), RUN, story.registry.activities)
    story.poll()
    kept.activate(story.events)
    started = story.events[-1]
    story.add(
        e.DecisionTaskTimedOut(
            scheduled_event_id=2, started_event_id=started.id, timeout_type="START_TO_CLOSE"
        )
    )
    story.poll()

    assert isinstance(kept.activate(story.events), Stale)
    kept.evict()
    assert isinstance(kept.activate(story.events), Stale)


def test_eviction_runs_finally_blocks_with_every_call_dead():
    seen = []

    def run(self):
        try:
            self.resize("a").result()
        finally:
            seen.append("finally")
            self.resize("never asked")

    story = Story(make(run))
    kept = Execution(story.registry.workflow(story.type), RUN, story.registry.activities)
    story.run(kept)
    kept.evict()

    assert seen == ["finally"]
    assert len(kept.asked) == 1


def test_code_that_resists_its_eviction_is_left_behind():
    def run(self):
        while True:
            try:
                self.resize("a").result()
            except BaseException:  # noqa: BLE001
                continue

    story = Story(make(run))
    kept = Execution(story.registry.workflow(story.type), RUN, story.registry.activities)
    story.run(kept)
    kept.evict()

    assert isinstance(kept.activate(story.events), Stale)


def test_an_answer_over_one_megabyte_keeps_its_tail_back_and_sends_it_next():
    def run(self):
        return len([p.result() for p in [self.resize("x" * 30_000, n) for n in range(40)]])

    story = Story(make(run))
    first = story.decide()
    story.fire(first.decisions[-1].timer_id)
    second = story.decide()

    assert first.decisions[-1].timer_id.startswith("flowy.more-")
    assert asked(first)[:-1] + asked(second) == [f"resize-{n}" for n in range(1, 41)]
    assert '"kept_back":' in first.context


def test_the_door_answers_a_difference_as_a_value():
    story = Story(make(lambda self: self.resize("a").result()))
    story.decide()
    story.complete("resize-1")
    story.poll()
    other = Story(make(lambda self: self.transcode("a").result())).registry
    kept = Execution(other.workflow(story.type), RUN, other.activities)

    answer = kept.activate(story.events)

    assert isinstance(answer, NonDeterminism)
    assert "ScheduleActivityTask resize-1 of Resize/1" in answer.message
    assert "ScheduleActivityTask transcode-1 of Transcode/2" in answer.message
    kept.evict()


def test_an_async_run_and_a_bad_option_are_refused_when_they_are_written():
    async def run(self): ...

    with pytest.raises(RegistrationError, match="async"):
        make(run)
    with pytest.raises(OptionError, match="start_to_close"):
        ActivityProxy("A", 1, start_to_close=-1)
    with pytest.raises(OptionError, match="version"):
        ActivityProxy("A")
    with pytest.raises(OptionError, match="no colon"):
        activity("a:b", 1, "list")


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
