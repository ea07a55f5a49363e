"""Calls, placeholders as arguments, options and results."""

import pytest
from story import Story, asked
from workflows import failure_of, make, resize, result_of

from flowy import ActivityProxy, TaskFailed, activity
from flowy.errors import OptionError


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


def test_an_argument_without_a_json_form_is_an_error_at_the_call_that_names_it():
    def run(self):
        self.resize({"sizes": {3, 4}})

    reason, details = failure_of(Story(make(run)).decide())

    assert reason == "flowy.errors.SerializationError"
    assert "args[0]['sizes']" in details["message"]
    assert "sorted" in details["message"]


def test_a_bad_option_is_refused_when_it_is_written():
    with pytest.raises(OptionError, match="start_to_close"):
        ActivityProxy("A", 1, start_to_close=-1)
    with pytest.raises(OptionError, match="version"):
        ActivityProxy("A")
    with pytest.raises(OptionError, match="no colon"):
        activity("a:b", 1, "list")
