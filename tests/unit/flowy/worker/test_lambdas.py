"""Lambda functions over a service in memory: what is run, and what its decider reads of it."""

import json
from contextlib import contextmanager
from threading import Event

import pytest

from flowy import lambda_function
from flowy.errors import Canceled, ServiceError, UnknownResource
from flowy.names import NO_NAMES
from flowy.payloads import Payloads
from flowy.registry import Registry
from flowy.swf import limits
from flowy.swf.tasks import LambdaTask
from flowy.swf.values import ExecutionId
from flowy.worker.lambdas import raised, serve_lambdas, written
from flowy.worker.post import Post

RUN = ExecutionId("w", "r")


class Service:
    """Hands out what it was given, one per poll, then stops the loop; keeps the answers."""

    loopback = True
    payloads = Payloads()
    names = NO_NAMES

    def __init__(self, *polls, refuse=()):
        self.polls, self.refuse = list(polls), list(refuse)
        self.answers, self.stop = [], Event()

    def poll_lambda(self, identity):
        assert identity == "me"
        task = self.polls.pop(0)
        if not self.polls:
            self.stop.set()
        return task

    def complete_lambda(self, token, result):
        self.answer("completed", token, result)

    def fail_lambda(self, token, reason, details):
        self.answer("failed", token, reason, details)

    def answer(self, *said):
        self.answers.append(said)
        if self.refuse and (error := self.refuse.pop(0)):
            raise error

    def release_polls(self, identity):
        return True


class Notes:
    """A reporter that writes down."""

    def __init__(self):
        self.polls, self.tasks, self.outcomes = [], [], []

    def polling(self):
        pass

    def polled(self, result, seconds):
        self.polls.append(result)

    def began(self, task):
        self.tasks.append(task)

    def ended(self, outcome, seconds):
        self.outcomes.append(outcome)


@lambda_function("echo")
def echo(payload):
    return payload


class Odd(Exception):
    """An error of a user."""


@lambda_function("odd")
def odd(payload):
    def deeper():
        raise Odd("Größe")

    deeper()


@lambda_function("leave")
def leave(payload):
    raise {"exit": SystemExit("bye"), "cancel": Canceled("no")}[payload]


@lambda_function("set")
def unwritable(payload):
    return {1, 2}


def step(name="echo", input="{}", token="token"):
    return LambdaTask(token, RUN, name, input)


def worked(service, **more):
    registry = Registry()
    for thing in (echo, odd, leave, unwritable):
        registry.add(thing)
    notes = Notes()
    serve_lambdas(Post(service, registry, "any", "me", **more), service.stop, notes)
    return notes


def failure(service):
    """The reason and the payload of the only answer."""
    ((word, _, reason, details),) = service.answers
    assert word == "failed"
    payload = json.loads(details)
    assert payload["errorType"] == reason
    return reason, payload


def test_functions_are_run_and_answered_until_the_stop():
    service = Service(step(token="one"), step(token="two", input='"a \\"text\\""'))
    notes = worked(service)
    assert service.answers == [("completed", "one", "{}"), ("completed", "two", '"a \\"text\\""')]
    assert (notes.polls, notes.outcomes) == (["task", "task"], ["completed", "completed"])
    assert (notes.tasks[0].kind, notes.tasks[0].type) == ("lambda", "echo")
    assert (notes.tasks[0].workflow_id, notes.tasks[0].activity_id) == ("w", None)


@pytest.mark.parametrize(
    "name",
    [
        "echo:7",
        "123456789012:function:echo",
        "arn:aws:lambda:eu-west-1:123456789012:function:echo",
        "arn:aws:lambda:eu-west-1:123456789012:function:echo:live",
    ],
)
def test_a_function_is_found_by_every_name_that_aws_has_for_it(name):
    service = Service(step(name, "[1]"))
    assert worked(service).outcomes == ["completed"]
    assert service.answers == [("completed", "token", "[1]")]


def test_a_function_that_nobody_defines_fails_as_at_aws():
    service = Service(step("echos"))
    assert worked(service).outcomes == ["failed"]
    reason, payload = failure(service)
    assert reason == "ResourceNotFoundException"
    assert "echos" in payload["errorMessage"]


def test_an_exception_is_told_with_its_type_message_and_the_functions_own_frames():
    service = Service(step("odd"))
    assert worked(service).outcomes == ["failed"]
    reason, payload = failure(service)
    assert (reason, payload["errorMessage"]) == ("Odd", "Größe")
    outer, inner = payload["stackTrace"]
    assert "in odd\n    deeper()\n" in outer
    assert 'in deeper\n    raise Odd("Größe")\n' in inner


@pytest.mark.parametrize(("how", "reason"), [("exit", "SystemExit"), ("cancel", "Canceled")])
def test_a_function_that_tries_to_leave_ends_no_worker(how, reason):
    service = Service(step("leave", json.dumps(how)), step())
    assert worked(service).outcomes == ["failed", "completed"]
    assert service.answers[0][2] == reason


@pytest.mark.parametrize("text", ["{", "", "[" * 30_000])
def test_a_payload_that_is_no_json_fails_and_is_not_run(text):
    service = Service(step(input=text))
    assert worked(service).outcomes == ["failed"]
    assert failure(service)[0] == "InvalidRequestContentException"


def test_an_answer_without_a_json_form_fails():
    service = Service(step("set"))
    assert worked(service).outcomes == ["failed"]
    reason, payload = failure(service)
    assert reason == "Runtime.MarshalError"
    assert "set" in payload["errorMessage"]


def test_a_result_that_is_refused_becomes_a_failure_that_says_why():
    refusal = ServiceError("ValidationException", "Value at 'result' is too long")
    service = Service(step(), refuse=[refusal])
    assert worked(service).outcomes == ["failed"]
    assert service.answers[1][2] == "ValidationException"
    assert "too long" in service.answers[1][3]


def test_an_answer_that_comes_too_late_is_told_and_the_loop_goes_on():
    gone = UnknownResource("UnknownResourceFault", "Unknown lambda function")
    service = Service(step(), step(), refuse=[gone])
    assert worked(service).outcomes == ["gone", "completed"]


def test_each_function_runs_inside_what_is_around_it():
    seen = []

    @contextmanager
    def around(task):
        seen.append(task.kind)
        yield
        seen.append("out")

    worked(Service(step()), around=around)
    assert seen == ["lambda", "out"]


@pytest.mark.parametrize("message", ["x" * 100_000, "\0" * 10_000, "\ud800" * 9_000])
def test_a_long_failure_is_cut_to_what_swf_takes_and_stays_json(message):
    told = written("R" * 300, message, ["frame\n" * 500] * 40)
    assert len(told.reason) == limits.REASON
    assert len(told.details) <= limits.DATA
    assert json.loads(told.details)["errorMessage"].startswith(message[:1_000])


@pytest.mark.parametrize("length", [300, 100_000])
def test_a_long_type_is_cut_to_what_swf_takes(length):
    told = written("R" * length, "", [])
    assert told.reason == "R" * limits.REASON
    assert len(told.details) <= limits.DATA


def test_of_a_long_trace_the_inner_frames_are_kept():
    def down(depth):
        if depth == 0:
            raise ValueError("deep")
        if depth % 2:  # equal frames in a row would be told as one
            return down(depth - 1)
        return down(depth - 1)

    try:
        down(400)
    except ValueError as error:
        told = raised(error)
    frames = json.loads(told.details)["stackTrace"]
    assert 10 < len(frames) < 400
    assert 'raise ValueError("deep")' in frames[-1]


def test_an_exception_that_was_never_raised_has_no_frames():
    assert json.loads(raised(ValueError("x")).details)["stackTrace"] == []
