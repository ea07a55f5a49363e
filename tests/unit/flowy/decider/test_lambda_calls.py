"""Lambda functions that workflow code calls: payloads, outcomes, retries, the role."""

import json

import pytest
from far_story import FarStory, kinds
from parents import one_of
from workflows import failure_of, make, result_of

from flowy import LambdaProxy, TaskError, TaskFailed, TaskNotScheduled, TaskTimedOut
from flowy.errors import OptionError

ROLE = {"lambda_role": "arn:aws:iam::1:role/lambda"}
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:thumb:live"


def caller(run, name="thumb", **options):
    return make(run, thumb=LambdaProxy(name, **options))


def one(self):
    try:
        return self.thumb({"path": "a"}).result()
    except TaskError as error:
        return [type(error).__name__, str(error)]


def test_a_payload_goes_as_the_json_of_the_one_value():
    def run(self):
        return [self.thumb({"path": "ä", "n": [1, None]}), self.thumb()]

    first, second = FarStory(caller(run, ARN, start_to_close=30), **ROLE).decide().decisions

    assert (first.id, first.name, first.start_to_close_timeout) == ("thumb-1", ARN, "30")
    assert first.input == '{"path":"ä","n":[1,null]}'
    assert (second.id, second.input) == ("thumb-2", None)


def test_placeholders_in_a_payload_are_waited_for():
    story = FarStory(caller(lambda self: self.thumb([self.resize("a")]).result()), **ROLE)
    assert kinds(story.decide()) == ["ScheduleActivityTask"]
    story.complete("resize-1", "small")

    assert story.decide().decisions[0].input == '["small"]'


def test_the_result_is_what_the_function_returned():
    story = FarStory(caller(one), **ROLE)
    story.decide()
    story.function("Completed", "thumb-1", result='{"width":128}')

    assert result_of(story.decide()) == {"width": 128}


def test_a_failure_is_read_as_aws_lambda_writes_it():
    def run(self):
        with pytest.raises(TaskFailed) as caught:
            self.thumb(1).result()
        return [caught.value.remote_type, caught.value.remote_message, caught.value.traceback]

    details = {"errorMessage": "no 1", "errorType": "KeyError", "stackTrace": ["line 1\n", "2\n"]}
    for reason, text, told in [
        ("KeyError", json.dumps(details), ["KeyError", "no 1", "line 1\n2\n"]),
        ("Unhandled", "Process exited", ["Unhandled", "Process exited", ""]),
        (None, '["x"]', ["Failed", '["x"]', ""]),
    ]:
        story = FarStory(caller(run), **ROLE)
        story.decide()
        story.function("Failed", "thumb-1", reason=reason, details=text)
        assert result_of(story.decide()) == told


def test_time_outs_and_refusals_are_errors_of_their_own():
    def run(self):
        try:
            return self.thumb(1).result()
        except TaskTimedOut as error:
            return error.kind
        except TaskNotScheduled as error:
            return [error.cause, str(error)]

    story = FarStory(caller(run), **ROLE)
    story.decide()
    story.function("TimedOut", "thumb-1", timeout_type="START_TO_CLOSE")
    assert result_of(story.decide()) == "START_TO_CLOSE"

    story = FarStory(caller(run), **ROLE)
    story.refusals["thumb-1"] = "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION"
    story.decide()
    cause, text = result_of(story.decide())
    assert cause == "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION"
    assert "thumb-1 of thumb" in text

    story = FarStory(caller(run), **ROLE)
    story.decide()
    story.lambda_does_not_start("thumb-1", "ASSUME_ROLE_FAILED", "no trust")
    cause, text = result_of(story.decide())
    assert cause == "ASSUME_ROLE_FAILED"
    assert "no trust" in text


def test_a_failed_function_is_called_again_as_its_policy_says():
    story = FarStory(caller(one, retry=1, delay=9), **ROLE)
    story.decide()
    story.function("Failed", "thumb-1", reason="E", details="{}")
    (timer,) = story.decide().decisions
    assert (timer.timer_id, timer.start_to_fire_timeout) == ("thumb-1~2", "9")
    story.fire("thumb-1~2")
    assert story.decide().decisions[0].id == "thumb-1~2"
    story.function("TimedOut", "thumb-1~2", timeout_type="START_TO_CLOSE")

    assert result_of(story.decide())[0] == "TaskTimedOut"


def test_history_and_not_the_policy_says_whether_a_function_was_called_again():
    story = FarStory(caller(one, retry=1), **ROLE)
    story.decide()
    story.function("Failed", "thumb-1", reason="E", details="{}")
    story.decide()
    story.function("Completed", "thumb-1~2", result="3")
    story.registry = FarStory(caller(one)).registry

    assert result_of(story.decide()) == 3


def test_a_cancelled_function_settles_at_once_and_its_result_is_ignored():
    def run(self):
        call = self.thumb(1)
        self.sleep(1).result()
        call.cancel()
        return [one_of(call), self.resize("a").result()]

    story = FarStory(caller(run), **ROLE)
    story.decide()
    story.fire("sleep-1")
    assert kinds(story.decide()) == ["ScheduleActivityTask"]
    story.function("Completed", "thumb-1", result="3")
    story.complete("resize-1", 4)

    assert result_of(story.decide()) == ["TaskCanceled", 4]


def test_an_execution_without_a_role_is_told_so_at_the_call():
    reason, details = failure_of(FarStory(caller(lambda self: self.thumb(1))).decide())

    assert reason == "flowy.errors.OptionError"
    assert "lambda_role" in details["message"]


def test_error_handling_off_fails_the_execution_with_its_function():
    def run(self):
        self.thumb(1)
        self.sleep(100).result()

    story = FarStory(caller(run, error_handling=False), **ROLE)
    story.decide()
    story.function("Failed", "thumb-1", reason="E", details="{}")

    assert kinds(story.decide())[-1] == "FailWorkflowExecution"


def test_a_scopes_time_out_holds_up_to_swfs_own():
    def run(self):
        calls = []
        for limit in (20, 5000, None):
            with self.options(start_to_close=limit):
                calls.append(self.thumb(limit))
        return calls

    asked = FarStory(caller(run, start_to_close=30), **ROLE).decide().decisions
    assert [call.start_to_close_timeout for call in asked] == ["20", "900", "900"]


def test_changed_payloads_and_functions_are_differences():
    story = FarStory(caller(lambda self: self.thumb(1).result()), **ROLE)
    story.decide()
    for changed in (
        caller(lambda self: self.thumb(2).result()),
        caller(lambda self: self.thumb().result()),
        caller(lambda self: self.thumb(1).result(), "other"),
    ):
        again = FarStory(changed)
        again.events = list(story.events)
        assert "recorded:" in again.decide().parked


def test_a_proxy_refuses_what_swf_would():
    for name, options in [("", {}), ("x" * 65, {}), ("f", {"start_to_close": 901})]:
        with pytest.raises(OptionError):
            LambdaProxy(name, **options)
    with pytest.raises(OptionError):
        LambdaProxy("f", start_to_close=None)
    two = FarStory(make(lambda self: self.f(1, 2), f=LambdaProxy("f")), **ROLE)
    assert failure_of(two.decide())[0] == "TypeError"
