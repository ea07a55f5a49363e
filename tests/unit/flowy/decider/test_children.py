"""Child executions: settings, workflowIds, outcomes, retries, cancellation, signals."""

import json

import pytest
from far_story import FarStory, kinds
from parents import Child, one, parent, started
from story import RUN
from workflows import make, resize, result_of

from flowy import (
    ChildPlaceholder,
    TaskCanceled,
    TaskFailed,
    TaskNotScheduled,
    WorkflowProxy,
)
from flowy.decider import decide
from flowy.decider.children import LONGEST_NAME
from flowy.errors import OptionError
from flowy.swf.values import ExecutionId

DAY = 24 * 3600


def test_a_child_is_started_with_our_defaults_its_decorators_and_its_proxys_options():
    story = FarStory(parent(one, priority=4))
    (start,) = story.decide().decisions

    assert (start.workflow_type.name, start.workflow_type.version) == ("Child", "2")
    assert json.loads(start.input)["args"] == ["a"]
    assert start.execution_start_to_close_timeout == str(7 * DAY)
    assert start.task_start_to_close_timeout == "11"
    assert start.child_policy == "TERMINATE"
    assert start.task_list.name == "child_list"
    assert start.task_priority == "4"
    assert start.tag_list == ("decorator",)
    assert start.lambda_role is None


def test_the_three_scopes_of_a_childs_options_beat_each_other_and_spare_activities():
    def run(self):
        with self.options(
            execution_start_to_close=60, task_start_to_close=5, child_policy="ABANDON",
            tags=("scope",), lambda_role="arn:role", workflow_id="invoice-7", task_list="here",
        ):  # fmt: skip
            return [self.child("a"), self.resize("b")]

    story = FarStory(parent(run, execution_start_to_close=600, task_start_to_close=50))
    child, activity = story.decide().decisions

    assert child.execution_start_to_close_timeout == "60"
    assert child.task_start_to_close_timeout == "5"
    assert (child.child_policy, child.tag_list) == ("ABANDON", ("scope",))
    assert (child.lambda_role, child.workflow_id) == ("arn:role", "invoice-7")
    assert child.task_list.name == activity.task_list.name == "here"
    assert activity.start_to_close_timeout == "90"

    story = FarStory(parent(one, execution_start_to_close=600))
    assert story.decide().decisions[0].execution_start_to_close_timeout == "600"


def test_a_child_of_a_type_that_others_know_is_sent_with_what_was_said_alone():
    (start,) = FarStory(parent(lambda self: self.other().result())).decide().decisions

    assert (start.workflow_type.name, start.workflow_type.version) == ("Elsewhere", "3")
    assert start.execution_start_to_close_timeout is None
    assert start.child_policy is None


def test_a_named_child_that_this_process_knows_has_its_decorators_options():
    named = make(lambda self: self.child().result(), child=WorkflowProxy("Child", 2))
    (start,) = FarStory(named, known=(Child,)).decide().decisions

    assert start.task_start_to_close_timeout == "11"


def test_the_workflow_id_tells_the_call_and_differs_from_run_to_run():
    def run(self):
        return [self.child("a"), self.child("b")]

    first, second = FarStory(parent(run)).decide().decisions
    again = FarStory(parent(run)).decide().decisions[0]
    story = FarStory(parent(run))
    story.poll()
    next_run = ExecutionId(RUN.workflow_id, "run-2")
    other = decide(story.registry, next_run, story.type, story.events)

    assert first.workflow_id.startswith("child-1.")
    assert first.workflow_id == again.workflow_id
    assert len({first.workflow_id, second.workflow_id, other.decisions[0].workflow_id}) == 3


def test_the_placeholder_of_a_child_tells_its_workflow_id():
    def run(self):
        child = self.child("a")
        assert isinstance(child, ChildPlaceholder)
        return [child.workflow_id, child.result()]

    story = FarStory(parent(run))
    child_id = started(story)
    story.child_completes(child_id, 5)

    assert result_of(story.decide()) == [child_id, 5]


def test_a_call_with_a_long_name_has_a_workflow_id_that_swf_takes():
    name = "b" * (LONGEST_NAME + 30)
    run = lambda self: getattr(self, name)("a").result()  # noqa: E731  # the name is not known before
    assert len(started(FarStory(make(run, **{name: WorkflowProxy(Child)})))) <= 250


def test_placeholders_as_a_childs_arguments_are_waited_for_and_errors_go_through():
    def run(self):
        return self.child([self.resize("a")]).result()

    story = FarStory(parent(run))
    assert kinds(story.decide()) == ["ScheduleActivityTask"]
    story.complete("resize-1", "small")
    (start,) = story.decide().decisions
    assert json.loads(start.input)["args"] == [["small"]]

    story = FarStory(parent(lambda self: one(self, self.resize("a"))))
    story.decide()
    story.fail("resize-1", "OSError", "disk")
    story.decide()
    story.fire("resize-1~2")
    story.decide()
    story.fail("resize-1~2", "OSError", "disk")
    assert result_of(story.decide()) == ["TaskFailed", "OSError: disk"]


@pytest.mark.parametrize(
    ("kind", "attributes", "told"),
    [
        ("Failed", {"reason": "E", "details": '{"message":"no"}'}, ["TaskFailed", "E: no"]),
        ("TimedOut", {"timeout_type": "START_TO_CLOSE"}, ["TaskTimedOut", "START_TO_CLOSE"]),
        ("Canceled", {"details": '"why"'}, ["TaskCanceled", "canceled"]),
        ("Terminated", {}, ["TaskFailed", "flowy.Terminated: somebody terminated"]),
    ],
)
def test_each_end_of_a_child_is_an_error_of_its_own(kind, attributes, told):
    story = FarStory(parent(one))
    child_id = started(story)
    story.child("Started", child_id)
    story.decide()
    story.child(kind, child_id, **attributes)

    name, text = result_of(story.decide())
    assert name == told[0]
    assert told[1] in text


def test_the_details_of_a_canceled_child_are_read():
    def run(self):
        with pytest.raises(TaskCanceled) as caught:
            self.child("a").result()
        return caught.value.details

    story = FarStory(parent(run))
    child_id = started(story)
    story.child("Canceled", child_id, details='{"at":3}')
    assert result_of(story.decide()) == {"at": 3}


def test_a_start_that_swf_refuses_is_an_error_with_its_cause():
    story = FarStory(parent(one, workflow_id="x"))
    story.refusals["x"] = "WORKFLOW_TYPE_DOES_NOT_EXIST"
    story.decide()

    name, text = result_of(story.decide())
    assert name == "TaskNotScheduled"
    assert "WORKFLOW_TYPE_DOES_NOT_EXIST" in text
    assert "child-1 of Child/2" in text


def test_a_late_failure_of_a_start_is_news_and_no_part_of_the_batch():
    def run(self):
        both = [self.child("a"), self.resize("b")]
        with pytest.raises(TaskNotScheduled) as caught:
            both[0].result()
        return [caught.value.cause, both[1].result()]

    story = FarStory(parent(run, workflow_id="taken", retry=3))
    story.decide()
    story.child_is_running_already("taken")
    assert story.decide().decisions == ()
    story.complete("resize-1", 7)

    assert result_of(story.decide()) == ["WORKFLOW_ALREADY_RUNNING", 7]


def test_a_failed_child_is_started_again_under_another_workflow_id_after_the_delay():
    story = FarStory(parent(one, retry=2, delay=30, workflow_id="w"))
    assert started(story) == "w"
    story.child_fails("w")
    (timer,) = story.decide().decisions
    assert (timer.timer_id, timer.start_to_fire_timeout) == ("child-1~2", "30")
    story.fire("child-1~2")
    (again,) = story.decide().decisions
    assert again.workflow_id == "w~2"
    assert json.loads(again.input)["meta"] == {"attempt": 2}
    story.child("Started", "w~2")
    story.child("TimedOut", "w~2", timeout_type="START_TO_CLOSE")
    story.decide()
    story.fire("child-1~3")
    assert started(story) == "w~3"
    story.child_completes("w~3", "at last")

    assert result_of(story.decide()) == "at last"


def test_history_and_not_the_policy_says_whether_a_child_was_started_again():
    story = FarStory(parent(one, retry=1, workflow_id="w"))
    story.decide()
    story.child_fails("w")
    story.decide()
    story.child_completes("w~2", "fine")
    story.registry = FarStory(parent(one, workflow_id="w")).registry  # without retries now

    assert result_of(story.decide()) == "fine"


def test_attempts_of_another_call_with_the_same_workflow_id_are_not_its_own():
    def run(self):
        ends = []
        for retry in (1, 0):
            with self.options(retry=retry, workflow_id="w"):
                child = self.child("a")
            try:
                ends.append(child.result())
            except TaskFailed:
                ends.append(None)
        self.resize("b").result()
        return ends

    story = FarStory(parent(run))
    story.decide()
    story.child_fails("w")
    story.decide()
    story.child_completes("w~2", "fine")
    story.decide()
    story.child_fails("w")
    assert kinds(story.decide()) == ["ScheduleActivityTask"]
    story.complete("resize-1")

    assert result_of(story.decide()) == ["fine", None]


def test_a_terminated_child_is_not_started_again():
    story = FarStory(parent(one, retry=5, workflow_id="w"))
    story.decide()
    story.child("Started", "w")
    story.child("Terminated", "w")

    assert result_of(story.decide())[0] == "TaskFailed"


def test_error_handling_off_fails_the_execution_with_its_child():
    def run(self):
        self.child("a")
        self.resize("b").result()

    story = FarStory(parent(run, error_handling=False, workflow_id="w"))
    story.decide()
    story.child_fails("w", "ValueError", "no")

    (close,) = story.decide().decisions
    assert (close.type, close.reason) == ("FailWorkflowExecution", "ValueError")


def test_changed_arguments_types_and_ids_of_a_child_are_differences():
    for changed in (
        parent(lambda self: self.child("b").result()),
        parent(lambda self: self.other("a").result()),
        parent(lambda self: self.child("a").result(), workflow_id="w"),
        parent(lambda self: self.resize("a").result()),
    ):
        story = FarStory(parent(lambda self: self.child("a").result()))
        story.decide()
        story.registry = FarStory(changed).registry
        parked = story.decide().parked
        assert "recorded:" in parked
        assert "StartChildWorkflowExecution" in parked


def test_a_proxy_refuses_what_a_child_has_not_at_once():
    with pytest.raises(OptionError, match="no option heartbeat"):
        WorkflowProxy(Child, heartbeat=3)
    with pytest.raises(OptionError, match="no version"):
        WorkflowProxy("Child")
    with pytest.raises(OptionError, match="is no workflow"):
        WorkflowProxy(resize)
    with pytest.raises(OptionError, match="6 tags"):
        WorkflowProxy(Child, tags=tuple("abcdef"))
    with pytest.raises(OptionError, match="one text"):
        WorkflowProxy(Child, tags="abc")


def test_a_failed_child_keeps_its_remote_error():
    def run(self):
        with pytest.raises(TaskFailed) as caught:
            self.child("a").result()
        return [caught.value.remote_type, caught.value.remote_message]

    story = FarStory(parent(run, workflow_id="w"))
    story.decide()
    story.child_fails("w", "shop.OutOfStock", "none left")

    assert result_of(story.decide()) == ["shop.OutOfStock", "none left"]
