import json
from dataclasses import dataclass

import pytest

from flowy import Activity, activity, current_task, forms
from flowy.errors import Canceled as CanceledError
from flowy.registry import definition
from flowy.swf.tasks import ActivityTask
from flowy.swf.values import ExecutionId, TypeId
from flowy.worker.execution import Canceled, Completed, Failed, Unanswered, run


@dataclass
class Flags:
    """A link whose flags the test sets."""

    canceled: bool = False
    stopping: bool = False
    gone: bool = False
    details: str | None = None

    def defer(self):
        return "token"

    def beat(self, details):
        self.details = details


def task(input="[]"):
    return ActivityTask("token", ExecutionId("w", "r"), "a", TypeId("T", "1"), input, 3)


def outcome(target, input="[]", link=None):
    return run(definition(target), task(input), link or Flags())


def form(*args, meta=None, **kwargs):
    return forms.write_input(forms.write_arguments(args, kwargs), meta)


@activity("T", 1, "list")
def echo(*args, **kwargs):
    return [args, kwargs]


@activity("T", 1, "list", heartbeat=30)
class Careful(Activity):
    def run(self, otherwise=None):
        return "went on" if self.heartbeat({"at": 1}) else otherwise


@activity("T", 1, "list")
def careless(otherwise=None):
    return otherwise


def test_arguments_reach_the_code_and_its_value_is_the_result():
    assert outcome(echo, form(1, "ü", k=[None])) == Completed('[[1,"ü"],{"k":[null]}]')
    assert outcome(echo, "[1,2]") == Completed("[[1,2],{}]")
    assert outcome(echo, '{"k":1}') == Completed('[[],{"k":1}]')
    assert outcome(echo, None) == Completed("[[],{}]")


def test_none_is_a_result_of_code_that_was_not_told_to_stop():
    assert outcome(careless) == Completed("null")
    assert outcome(careless, link=Flags(canceled=True, stopping=True)) == Completed("null")


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (Flags(canceled=True), Canceled()),
        (Flags(gone=True), Unanswered()),
        (Flags(gone=True, canceled=True, stopping=True), Unanswered()),
        (Flags(canceled=True, stopping=True), Canceled()),
    ],
)
def test_none_after_a_false_heartbeat_is_no_result(link, expected):
    assert outcome(Careful, link=link) == expected


def test_none_after_a_heartbeat_that_told_of_a_stop_is_a_worker_shutdown():
    found = outcome(Careful, link=Flags(stopping=True))
    assert isinstance(found, Failed)
    assert found.reason == forms.WORKER_SHUTDOWN


def test_any_other_value_after_a_false_heartbeat_completes():
    assert outcome(Careful, '["half"]', Flags(canceled=True)) == Completed('"half"')
    assert outcome(Careful, "[false]", Flags(stopping=True)) == Completed("false")


def test_a_true_heartbeat_hands_its_details_on():
    link = Flags()
    assert outcome(Careful, link=link) == Completed('"went on"')
    assert json.loads(link.details) == {"at": 1}


def test_reading_the_flag_is_being_told_as_well():
    @activity("T", 1, "list")
    def looks():
        return None if current_task().canceled else 1

    assert outcome(looks, link=Flags(canceled=True)) == Canceled()
    assert outcome(looks) == Completed("1")


def test_raising_canceled_cancels_the_task():
    @activity("T", 1, "list")
    def gives_up(*why):
        raise CanceledError(*why)

    assert outcome(gives_up) == Canceled()
    assert outcome(gives_up, '["no paper"]') == Canceled('"no paper"')
    assert outcome(gives_up, '[{"left":3}]') == Canceled('{"left":3}')
    assert outcome(gives_up, link=Flags(stopping=True)).reason == forms.WORKER_SHUTDOWN
    assert outcome(gives_up, link=Flags(gone=True)) == Unanswered()


def test_an_exception_is_a_failure_with_its_type_message_and_traceback():
    @activity("T", 1, "list")
    def breaks():
        raise KeyError("colour")

    found = outcome(breaks)
    told = json.loads(found.details)
    assert (found.reason, told["message"]) == ("KeyError", "'colour'")
    assert 'raise KeyError("colour")' in told["traceback"]


@pytest.mark.parametrize("error", [SystemExit(3), MemoryError(), RecursionError()])
def test_code_that_ends_the_process_fails_its_task_only(error):
    @activity("T", 1, "list")
    def leaves():
        raise error

    assert outcome(leaves).reason == type(error).__name__


def test_a_result_that_has_no_json_form_is_a_failure_that_names_it():
    @activity("T", 1, "list")
    def gives_a_set():
        return {"sizes": [1, {2, 3}]}

    found = outcome(gives_a_set)
    assert found.reason == "flowy.errors.SerializationError"
    assert "the result['sizes'][1]" in json.loads(found.details)["message"]


def test_a_result_longer_than_swf_takes_is_a_failure():
    @activity("T", 1, "list")
    def gives_much():
        return "x" * 40_000

    assert "40,002 characters" in json.loads(outcome(gives_much).details)["message"]


def test_wrong_arguments_are_a_failure():
    assert outcome(careless, "[1,2,3]").reason == "TypeError"
    assert outcome(careless, '{"$flowy":1,"args":[{"$flowy":"?"}]}').reason.endswith(
        "SerializationError"
    )


def test_the_code_sees_its_attempt_and_the_details_of_the_one_before():
    @activity("T", 1, "list")
    class Asks(Activity):
        def run(self):
            return [self.task.attempt, self.last_details, self.task.id, self.task.type.name]

    first = form(meta=forms.Meta(attempt=2, details='{"page":7}'))
    assert outcome(Asks, first) == Completed('[2,{"page":7},"a","T"]')
    assert outcome(Asks, form(meta=forms.Meta(details="no JSON"))).result.startswith('[1,"no JSON"')


def test_the_current_task_is_there_during_the_code_only():
    @activity("T", 1, "list")
    def asks():
        return current_task().task.execution.workflow_id

    assert outcome(asks) == Completed('"w"')
    with pytest.raises(RuntimeError):
        current_task()


def test_a_failure_carries_the_last_heartbeat_for_the_next_attempt():
    @activity("T", 1, "list", heartbeat=30)
    class Breaks(Activity):
        def run(self):
            self.heartbeat({"page": 7})
            self.heartbeat()
            raise ValueError("torn")

    told = json.loads(outcome(Breaks).details)
    assert (told["message"], json.loads(told["heartbeat"])) == ("torn", {"page": 7})
    stopped = json.loads(outcome(Careful, link=Flags(stopping=True)).details)
    assert json.loads(stopped["heartbeat"]) == {"at": 1}
