"""Continuing as new: settings, unread signals, branches, races and refusals."""

import json

import pytest
from far_story import FarStory, kinds
from story import RUN
from workflows import failure_of, make

from flowy import Canceled, on_signal
from flowy.decider import Execution, decide
from flowy.decider.room import Limits
from flowy.swf import events as e
from flowy.swf.decisions import ContinueAsNewWorkflowExecution, RecordMarker
from flowy.swf.values import TaskList

OLD = {
    "task_list": TaskList("slow"),
    "execution_start_to_close_timeout": "1000",
    "task_start_to_close_timeout": "20",
    "child_policy": "ABANDON",
    "tag_list": ("a", "b"),
    "task_priority": "7",
    "lambda_role": "arn:role",
}


def again(story):
    """The decision that begins the new run."""
    (close,) = story.decide().decisions
    assert isinstance(close, ContinueAsNewWorkflowExecution), close
    return close


def test_restart_closes_the_run_with_a_new_one_that_has_all_settings_of_this():
    def run(self, number):
        self.restart(number + 1, path=self.resize("a"))
        raise AssertionError("restart came back")

    story = FarStory(make(run), 1, **OLD)
    assert kinds(story.decide()) == ["ScheduleActivityTask"]
    story.complete("resize-1", "small")
    close = again(story)

    assert json.loads(close.input) == {"$flowy": 1, "args": [2], "kwargs": {"path": "small"}}
    assert close.task_list.name == "slow"
    assert close.execution_start_to_close_timeout == "1000"
    assert close.task_start_to_close_timeout == "20"
    assert close.child_policy == "ABANDON"
    assert close.tag_list == ("a", "b")
    assert close.task_priority == "7"
    assert close.lambda_role == "arn:role"
    assert close.workflow_type_version is None


def test_what_the_scope_says_beats_the_settings_of_the_run():
    def run(self):
        with self.options(
            task_list="fast", execution_start_to_close=5, task_start_to_close=6, priority=-1,
            child_policy="TERMINATE", tags=("c",), lambda_role="arn:other",
        ):  # fmt: skip
            self.restart_as_version(4)

    close = again(FarStory(make(run), **OLD))

    assert close.task_list.name == "fast"
    assert close.execution_start_to_close_timeout == "5"
    assert close.task_start_to_close_timeout == "6"
    assert (close.child_policy, close.tag_list) == ("TERMINATE", ("c",))
    assert (close.task_priority, close.lambda_role) == ("-1", "arn:other")
    assert close.workflow_type_version == "4"


def test_signals_that_nobody_read_go_along_and_those_that_came_late_as_well():
    def run(self):
        self.signal("first").result()
        self.restart()

    story = FarStory(make(run))
    for name, text in [("first", "1"), ("second", '"two"'), ("third", None)]:
        story.add(e.WorkflowExecutionSignaled(signal_name=name, input=text))
    story.poll()
    story.add(e.WorkflowExecutionSignaled(signal_name="late", input="4"))
    verdict = decide(story.registry, RUN, story.type, story.events[:-1])
    story.answer(verdict.decisions, verdict.context)
    close = again(story)

    assert json.loads(verdict.decisions[0].input)["meta"]["signals"] == [
        ["second", '"two"'],
        ["third", None],
    ]
    assert json.loads(close.input)["meta"]["signals"][-1] == ["late", "4"]


def test_the_next_run_reads_the_signals_of_the_one_before():
    def run(self, reads=False):
        if not reads:
            self.restart(reads=True)
        return [self.signal("b").result(), self.signal("a").result()]

    story = FarStory(make(run))
    story.add(e.WorkflowExecutionSignaled(signal_name="a", input="1"))
    story.add(e.WorkflowExecutionSignaled(signal_name="b", input="2"))
    close = again(story)

    following = FarStory(make(run), input=close.input)
    assert following.decide().decisions[0].result == "[2,1]"


def test_a_restart_waits_for_the_clean_up_of_all_branches():
    def run(self):
        def watch():
            try:
                self.sleep(100).result()
            finally:
                self.resize("clean").result()

        self.spawn(watch)
        self.sleep(1).result()
        self.restart()

    story = FarStory(make(run))
    story.decide()
    story.fire("sleep-1")
    assert kinds(story.decide()) == ["CancelTimer", "ScheduleActivityTask"]
    story.complete("watch-1.resize-1")
    again(story)


def test_a_branch_may_restart_the_execution():
    def run(self):
        def renew():
            self.sleep(5).result()
            self.restart("renewed")

        self.spawn(renew)
        self.resize("a").result()

    story = FarStory(make(run))
    story.decide()
    story.fire("renew-1.sleep-1")
    assert kinds(story.decide()) == ["RequestCancelActivityTask"]
    story.cancel("resize-1")
    assert json.loads(again(story).input)["args"] == ["renewed"]


def test_clean_up_that_fails_fails_the_execution_instead():
    def run(self):
        try:
            self.restart()
        finally:
            raise LookupError("no clean-up")

    assert failure_of(FarStory(make(run)).decide())[0] == "LookupError"


def test_a_main_line_that_fails_while_a_branch_restarts_fails_the_execution():
    def run(self):
        self.spawn(self.restart)
        try:
            self.sleep(9).result()
        finally:
            raise LookupError("no clean-up")

    assert kinds(FarStory(make(run)).decide())[-1] == "FailWorkflowExecution"


def test_an_argument_without_a_json_form_is_an_error_where_the_code_restarts():
    reason, _ = failure_of(FarStory(make(lambda self: self.restart({1, 2}))).decide())

    assert reason.endswith("SerializationError")


def test_a_version_that_nobody_registered_fails_the_execution_and_is_not_asked_again():
    story = FarStory(make(lambda self: self.restart_as_version("next")))
    story.poll()
    story.answer(())
    verdict = decide(story.registry, RUN, story.type, story.events[:-1])
    assert kinds(verdict) == ["ContinueAsNewWorkflowExecution"]
    story.add(
        e.ContinueAsNewWorkflowExecutionFailed(
            cause="WORKFLOW_TYPE_DOES_NOT_EXIST",
            decision_task_completed_event_id=story.events[-1].id,
        )
    )

    _, details = failure_of(story.decide())
    assert "WORKFLOW_TYPE_DOES_NOT_EXIST" in details["message"]


@pytest.mark.parametrize(
    "changed", [lambda self: self.restart(2), lambda self: 1, lambda self: self.resize("a")]
)
def test_another_end_than_the_recorded_one_is_a_difference(changed):
    story = FarStory(make(lambda self: self.restart(1)))
    story.decide()
    story.registry = FarStory(make(changed)).registry

    assert "ContinueAsNewWorkflowExecution" in story.decide().parked


def test_signals_of_the_new_run_are_no_difference():
    story = FarStory(make(lambda self: self.restart(1)))
    story.add(e.WorkflowExecutionSignaled(signal_name="a", input="1"))
    story.decide()

    assert not story.decide().parked


def test_signals_that_do_not_fit_beside_the_arguments_fail_the_execution_clearly():
    story = FarStory(make(lambda self: self.restart("x" * 20_000)))
    story.add(e.WorkflowExecutionSignaled(signal_name="a", input='"' + "y" * 20_000 + '"'))

    reason, details = failure_of(story.decide())
    assert reason.endswith("SerializationError")
    assert "32,768" in details["message"]


def test_code_may_mark_its_end_before_it_restarts():
    def run(self):
        try:
            self.restart()
        finally:
            self.marker("ends")

    first, second = FarStory(make(run)).decide().decisions
    assert isinstance(first, RecordMarker)
    assert isinstance(second, ContinueAsNewWorkflowExecution)


def test_a_restart_that_had_no_room_takes_what_arrived_since_along():
    def run(self):
        for n in range(2):
            self.resize("x" * 300, n)
        self.restart("again")

    story = FarStory(make(run))
    kept = Execution(story.registry.workflow(story.type), RUN, story.registry, Limits(1_650))
    asked = [type(decision).__name__ for decision in story.run(kept)]
    assert asked == ["ScheduleActivityTask", "ScheduleActivityTask", "StartTimer"]
    story.add(e.WorkflowExecutionSignaled(signal_name="late", input="1"))
    (close,) = story.run(kept)
    kept.evict()

    assert isinstance(close, ContinueAsNewWorkflowExecution)
    assert json.loads(close.input)["meta"] == {"signals": [["late", "1"]]}


def test_a_signals_handler_may_restart_the_execution():
    @on_signal("renew")
    def renew(self, value):
        self.restart(value)

    story = FarStory(make(lambda self: self.sleep(99).result(), renew=renew))
    story.decide()
    story.add(e.WorkflowExecutionSignaled(signal_name="renew", input='"now"'))
    cancel, close = story.decide().decisions

    assert cancel.timer_id == "sleep-1"
    assert json.loads(close.input) == {"$flowy": 1, "args": ["now"], "kwargs": {}}


def test_async_code_restarts_too_and_waits_for_the_arguments():
    async def run(self):
        with self.options(tags=("again",)):
            self.restart(self.resize("a"))

    story = FarStory(make(run))
    story.decide()
    story.complete("resize-1", "small")
    close = again(story)

    assert close.tag_list == ("again",)
    assert json.loads(close.input)["args"] == ["small"]


def test_a_main_line_that_waits_for_the_branch_that_restarts_is_cancelled():
    def run(self):
        self.spawn(self.restart, "again").result()

    assert json.loads(again(FarStory(make(run))).input)["args"] == ["again"]


def test_a_main_line_may_clean_up_before_a_branchs_restart():
    def run(self):
        try:
            self.spawn(self.restart).result()
        except Canceled:
            self.resize("clean").result()
            raise

    story = FarStory(make(run))
    assert kinds(story.decide()) == ["ScheduleActivityTask"]
    story.complete("resize-1")
    again(story)
