"""Signals and cancel requests to other executions."""

import pytest
from far_story import FarStory, kinds
from parents import one_of
from workflows import failure_of, make, result_of

from flowy import External, TaskNotScheduled


def test_a_signal_goes_to_the_run_that_was_named_and_returns_once_it_arrived():
    def run(self):
        other = self.external("other", "run-9")
        assert isinstance(other, External)
        other.signal("go", {"n": 1}).result()
        return "sent"

    story = FarStory(make(run))
    (signal,) = story.decide().decisions
    assert (signal.workflow_id, signal.run_id) == ("other", "run-9")
    assert (signal.signal_name, signal.input) == ("go", '{"n":1}')
    story.arrives("go")

    assert result_of(story.decide()) == "sent"


def test_a_signal_without_a_value_has_no_text_and_needs_no_run():
    (signal,) = FarStory(
        make(lambda self: self.external("other").signal("go").result())
    ).decide().decisions  # fmt: skip

    assert (signal.run_id, signal.input) == (None, None)


def test_placeholders_in_a_signals_value_are_waited_for_and_errors_go_through():
    def run(self):
        sent = self.external("other").signal("go", [self.transcode("a")])
        return one_of(sent)

    story = FarStory(make(run))
    story.decide()
    story.complete("transcode-1", 5)
    assert story.decide().decisions[0].input == "[5]"

    story = FarStory(make(run))
    story.decide()
    story.fail("transcode-1")
    assert result_of(story.decide()) == "TaskFailed"


def test_the_containers_of_a_signals_value_are_taken_when_it_is_sent():
    def run(self):
        value = [self.resize("a")]
        sent = self.external("other").signal("go", value)
        value.append("added later")
        sent.result()

    story = FarStory(make(run))
    story.decide()
    story.complete("resize-1", 5)
    assert story.decide().decisions[0].input == "[5]"


def test_a_signal_to_nobody_fails_with_swfs_cause():
    def run(self):
        with pytest.raises(TaskNotScheduled) as caught:
            self.external("other").signal("go").result()
        return [caught.value.cause, str(caught.value)]

    story = FarStory(make(run))
    story.decide()
    story.bounces("go")
    cause, text = result_of(story.decide())

    assert cause == "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"
    assert "the signal 'go' to other" in text


def test_what_a_rate_limit_refused_is_sent_again_after_a_wait():
    def run(self):
        sent = [self.external("other").signal("go", 1), self.external("other").cancel()]
        return [one_of(each) for each in sent]

    story = FarStory(make(run))
    first = story.decide().decisions
    story.bounces("go", "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED")
    story.bounces("cancel other", "REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED")
    timers = story.decide().decisions
    assert [timer.timer_id for timer in timers] == ["sent-1~2", "sent-2~2"]
    for timer in timers:
        story.fire(timer.timer_id)
    assert story.decide().decisions == first
    story.arrives("go")
    story.arrives("cancel other")

    assert result_of(story.decide()) == [None, None]


def test_what_waits_after_a_rate_limit_can_be_called_off():
    def run(self):
        sent = self.external("other").signal("go", 1)
        self.resize("a").result()
        sent.cancel()
        return one_of(sent)

    story = FarStory(make(run))
    story.decide()
    story.bounces("go", "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED")
    story.decide()
    story.complete("resize-1")

    timer, close = story.decide().decisions
    assert (timer.type, timer.timer_id) == ("CancelTimer", "sent-1~2")
    assert close.result == '"TaskCanceled"'


def test_a_cancel_request_settles_once_the_other_knows_or_is_not_there():
    def run(self):
        return one_of(self.external("other", "run-9").cancel())

    story = FarStory(make(run))
    (request,) = story.decide().decisions
    assert (request.workflow_id, request.run_id) == ("other", "run-9")
    story.arrives("cancel other")
    assert result_of(story.decide()) is None

    story = FarStory(make(run))
    story.decide()
    story.bounces("cancel other")
    assert result_of(story.decide()) == "TaskNotScheduled"


def test_what_waits_for_its_value_can_be_called_off_and_what_was_sent_cannot():
    def run(self):
        waits = self.external("other").signal("later", self.resize("a"))
        sent = self.external("other").signal("now")
        waits.cancel()
        sent.cancel()
        return [one_of(waits), one_of(sent)]

    story = FarStory(make(run))
    assert kinds(story.decide()) == ["ScheduleActivityTask", "SignalExternalWorkflowExecution"]
    story.arrives("now")

    assert result_of(story.decide()) == ["TaskCanceled", None]


def test_changed_signals_and_receivers_are_differences():
    def sends(id="other", run_id=None, name="go", value=1):
        return make(lambda self: self.external(id, run_id).signal(name, value).result())

    story = FarStory(sends())
    story.decide()
    for changed in ({"id": "x"}, {"run_id": "r"}, {"name": "x"}, {"value": 2}, {"value": None}):
        story.registry = FarStory(sends(**changed)).registry
        again = FarStory(sends(**changed))
        again.events = list(story.events)
        assert "SignalExternalWorkflowExecution" in again.decide().parked

    story = FarStory(make(lambda self: self.external("a").cancel().result()))
    story.decide()
    story.registry = FarStory(make(lambda self: self.external("b").cancel().result())).registry
    assert "RequestCancelExternalWorkflowExecution" in story.decide().parked


def test_a_name_that_swf_would_refuse_is_an_error_at_the_call():
    reason, _ = failure_of(FarStory(make(lambda self: self.external("other").signal(""))).decide())

    assert reason == "flowy.errors.OptionError"
