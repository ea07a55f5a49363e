"""Both loops over a service in memory that stops them when it has no more to say."""

import json
import time
from contextlib import contextmanager, nullcontext
from queue import SimpleQueue
from threading import Event

import pytest

from flowy import Activity, activity, forms
from flowy.decider.verdict import Verdict
from flowy.errors import ServiceError, ServiceUnreachable, Throttled, UnknownResource
from flowy.names import NO_NAMES
from flowy.payloads import Payloads
from flowy.registry import Registry
from flowy.swf.decisions import CompleteWorkflowExecution, StartTimer
from flowy.swf.events import DecisionTaskScheduled, DecisionTaskStarted
from flowy.swf.events import Event as HistoryEvent
from flowy.swf.tasks import ActivityTask, DecisionTask
from flowy.swf.values import ExecutionId, TaskList, TypeId
from flowy.worker.activities import Times, serve_activities, times_of
from flowy.worker.decisions import Desk, arrivals, seconds_of, serve
from flowy.worker.post import Post, Silent

RUN = ExecutionId("w", "r")


class Service:
    """Hands out what it was given, one per poll, then stops the loop; keeps the answers."""

    loopback = True
    payloads = Payloads()
    names = NO_NAMES

    def __init__(self, *polls, refuse=()):
        self.polls, self.refuse = list(polls), list(refuse)
        self.answers, self.released, self.stop = [], Event(), Event()

    def poll(self, task_list, identity):
        assert (task_list, identity) == ("list", "me")
        next_one = self.polls.pop(0)
        if not self.polls:
            self.stop.set()
        if isinstance(next_one, Exception):
            raise next_one
        return next_one

    poll_activity = poll

    def poll_decision(self, task_list, identity, *, news_only=False):
        return self.poll(task_list, identity)

    def answer(self, *said):
        self.answers.append(said)
        if self.refuse and (error := self.refuse.pop(0)):
            raise error

    def complete_activity(self, token, result):
        self.answer("completed", token, result)

    def fail_activity(self, token, reason, details):
        self.answer("failed", token, reason, details)

    def cancel_activity(self, token, details):
        self.answer("canceled", token, details)

    def complete_decision(self, token, decisions, context=None, *where):
        self.answer("decided", token, tuple(decisions), context)

    def heartbeat(self, token, details):
        return False

    def release_polls(self, identity):
        self.released.set()
        return False


class Notes(Silent):
    """A reporter that writes down."""

    def __init__(self):
        self.polls, self.tasks, self.outcomes, self.waits = [], [], [], []

    def polled(self, result, seconds):
        self.polls.append(result)

    def began(self, task):
        self.tasks.append(task)

    def ended(self, outcome, seconds):
        self.outcomes.append(outcome)

    def parked(self, task, seconds):
        self.waits.append(seconds)


@activity("Echo", 1, "list")
def echo(value):
    return value


@activity("Patient", 1, "list", heartbeat=30)
class Patient(Activity):
    def run(self):
        return "done" if self.heartbeat() else None


def registry():
    made = Registry()
    made.add(echo)
    made.add(Patient)
    return made


def step(name="Echo", input="[1]", token="token"):
    return ActivityTask(token, RUN, "a", TypeId(name, "1"), input, 3)


def worked(service, cut=None):
    notes = Notes()
    serve_activities(Post(service, registry(), "list", "me"), service.stop, notes, cut)
    return notes


def test_tasks_are_run_and_answered_until_the_stop():
    service = Service(step(token="one"), step(token="two", input='["x"]'))
    notes = worked(service)
    assert service.answers == [("completed", "one", "1"), ("completed", "two", '"x"')]
    assert notes.polls == ["task", "task"]
    assert notes.outcomes == ["completed", "completed"]
    assert (notes.tasks[0].kind, notes.tasks[0].type) == ("activity", "Echo/1")
    assert notes.tasks[0].activity_id == "a"


def test_the_task_of_the_poll_in_flight_at_the_stop_is_run_to_its_end():
    service = Service(step("Patient", "[]"))  # the stop is set before this poll answers
    assert worked(service).outcomes == ["completed"]
    assert service.answers == [("completed", "token", '"done"')]


def test_each_task_runs_inside_what_is_around_it():
    seen = []

    @contextmanager
    def around(task):
        seen.append(task.kind)
        yield
        seen.append("out")

    def decide(*_):
        seen.append("deciding")
        return Verdict((CompleteWorkflowExecution("1"),), None)

    service = Service(step())
    serve_activities(Post(service, registry(), "list", "me", around), service.stop)
    decided(Service(decision()), decide, around)
    assert seen == ["activity", "out", "decision", "deciding", "out"]


def test_a_task_that_is_cut_is_answered_as_a_worker_shutdown():
    cut = Event()
    cut.set()
    service = Service(step("Patient", "[]"))
    assert worked(service, cut).outcomes == ["failed"]
    assert service.answers[0][2] == forms.WORKER_SHUTDOWN


def test_a_stop_releases_the_poll_that_is_held():
    class Holding(Service):
        def poll_activity(self, task_list, identity):
            self.stop.set()
            assert self.released.wait(20), "the poll was never released"

    assert worked(Holding()).polls == ["empty"]


def test_nothing_is_released_while_a_task_runs_on_after_the_stop():
    class Watched(Service):
        def poll_activity(self, task_list, identity):
            return step()

        def complete_activity(self, token, result):
            self.stop.set()
            assert not self.released.wait(0.6), "no poll is in flight"

    assert worked(Watched()).outcomes == ["completed"]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ServiceUnreachable("EndpointConnectionError", "refused"), "error"),
        (UnknownResource("UnknownResourceFault", "Unknown domain"), "error"),
        (Throttled("ThrottlingException", "Rate exceeded"), "throttled"),
        (KeyError("workflowExecution"), "error"),
    ],
)
def test_no_failure_of_a_poll_ends_the_loop(error, told):
    service = Service(error, step())
    assert worked(service).polls == [told, "task"]
    assert service.answers == [("completed", "token", "1")]


def test_an_empty_poll_that_was_not_held_does_not_make_the_loop_spin():
    service = Service(None, step())
    began = time.monotonic()
    assert worked(service).polls == ["empty", "task"]
    assert time.monotonic() - began > 0.9


def test_a_task_of_an_unknown_type_is_answered_as_such():
    service = Service(step("Nobody"))
    assert worked(service).outcomes == ["failed"]
    (_, _, reason, details) = service.answers[0]
    assert reason == forms.UNKNOWN_TYPE
    assert "Nobody/1" in json.loads(details)["message"]


def test_a_result_that_swf_refuses_becomes_a_failure_that_says_why():
    refusal = ServiceError("ValidationException", "Value at 'result' is bad")
    service = Service(step(), refuse=[refusal])
    assert worked(service).outcomes == ["failed"]
    assert "Value at 'result' is bad" in json.loads(service.answers[1][3])["message"]


def test_an_answer_that_comes_too_late_is_told_and_the_loop_goes_on():
    gone = UnknownResource("UnknownResourceFault", "Unknown activity")
    service = Service(step(), step(), refuse=[gone])
    assert worked(service).outcomes == ["gone", "completed"]


def test_the_time_outs_of_a_task_are_those_of_its_input_else_the_activitys():
    options = registry().activity(TypeId("Patient", "1")).options
    told = forms.write_input(
        forms.write_arguments((), {}), forms.Meta(heartbeat=10_000, start_to_close=90_000)
    )
    assert times_of(step("Patient", told), options) == Times(10, 90)
    assert times_of(step("Patient", "[]"), options) == Times(30, 3600)
    assert times_of(step("Patient", '{"$flowy":1,"args":3}'), options) == Times(30, 3600)


def decision(events=(), **more):
    scheduled = DecisionTaskScheduled(TaskList("list"), start_to_close_timeout="30")
    return DecisionTask(
        token="token",
        execution=RUN,
        type=TypeId("W", "1"),
        started_event_id=3,
        previous_started_event_id=0,
        events=[HistoryEvent(2, 0, scheduled), HistoryEvent(3, 0, DecisionTaskStarted(2)), *events],
        **more,
    )


class Scripted:
    """A decider that keeps nothing and decides by a function."""

    def __init__(self, decide):
        self.decide = decide

    def last(self, execution):
        return 0

    def forget(self, execution):
        pass

    def trim(self):
        pass


def decided(service, decide, around=nullcontext):
    notes = Notes()
    post = Post(service, registry(), "list", "me", around)
    desk = Desk(post, Scripted(decide), notes, None, service.stop)
    return worked_at(desk)


def worked_at(desk, cut=None):
    for task, at in arrivals(desk, cut):
        serve(desk, task, at)
    return desk.reporter


def test_a_verdict_is_sent_with_its_context():
    done = CompleteWorkflowExecution("1")
    service = Service(decision())
    notes = decided(service, lambda *_: Verdict((done,), "{}", warnings=("look",)))
    assert service.answers == [("decided", "token", (done,), "{}")]
    assert notes.outcomes == ["completed"]
    assert (notes.tasks[0].kind, notes.tasks[0].activity_id) == ("decision", None)


def test_a_parked_execution_is_answered_and_told():
    timer = StartTimer("15", "flowy.park-3")
    service = Service(decision(), decision())
    notes = decided(service, lambda *_: Verdict((timer,), None, "why"))
    assert notes.outcomes == ["parked", "parked"]
    assert service.answers[0][2] == (timer,)
    assert notes.waits[0] == 15


def test_a_decider_that_leaves_passes_on_what_it_cannot_decide_at_once():
    timer = StartTimer("3600", "flowy.park-3")
    service = Service(decision())  # the stop is set before this poll answers
    assert decided(service, lambda *_: Verdict((timer,), None, "why")).outcomes == ["parked"]
    assert service.answers[0][2] == (StartTimer("0", "flowy.park-3"),)


def test_a_history_that_cannot_be_read_is_parked():
    service = Service(decision(unreadable="event 4 has the unknown type 'New'"))
    assert decided(service, lambda *_: pytest.fail("decided")).outcomes == ["parked"]
    assert service.answers[0][2][0].timer_id == "flowy.park-3"


def test_a_decider_that_raises_does_not_end_the_loop():
    done = Verdict((CompleteWorkflowExecution("1"),), None)
    verdicts = [ZeroDivisionError(), done]

    def decide(*_):
        verdict = verdicts.pop(0)
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    service = Service(decision(), decision())
    assert decided(service, decide).outcomes == ["broken", "completed"]


def test_a_decision_has_the_time_that_its_schedule_says():
    assert seconds_of(decision()) == 30
    none = HistoryEvent(9, 0, DecisionTaskScheduled(TaskList("l"), start_to_close_timeout="NONE"))
    assert seconds_of(decision([none])) > 10**7


class TwoLists(Service):
    """A service with a list of its own for the decider: a poll waits until a task or a release."""

    def __init__(self, public, private):
        super().__init__()
        self.lists = {False: SimpleQueue(), True: SimpleQueue()}
        self.left = len(public) + len(private)
        self.polled, self.where = [], []
        for own, tasks in ((False, public), (True, private)):
            for task in tasks:
                self.lists[own].put(task)

    def poll_decision(self, task_list, identity, *, news_only=False):
        self.polled.append((task_list, identity, news_only))
        return self.lists[news_only].get(timeout=20)

    def complete_decision(self, token, decisions, context=None, *where):
        self.where.append(where)
        self.left -= 1
        if not self.left:
            self.stop.set()

    def release_polls(self, identity):
        self.lists[identity.endswith(".sticky")].put(None)
        return True


def at_two_lists(service):
    post = Post(service, registry(), "list", "me")
    return Desk(post, Scripted(lambda *_: Verdict((), None)), Notes(), "own", service.stop)


def test_both_lists_are_polled_and_a_stop_releases_both():
    service = TwoLists([decision()], [decision(), decision()])
    assert worked_at(at_two_lists(service)).outcomes == ["completed"] * 3
    assert set(service.polled) == {("list", "me", False), ("own", "me.sticky", True)}
    assert set(service.where) == {("list", None)}  # this decider keeps nothing


def test_the_own_list_is_polled_after_the_stop_until_it_is_empty_the_other_one_is_not():
    service = TwoLists([], [decision(), decision(), decision()])
    service.left = 1  # the stop is set with the first answer
    assert worked_at(at_two_lists(service)).outcomes == ["completed"] * 3


def test_a_cut_ends_the_polls_of_the_own_list_at_once():
    service, cut = TwoLists([], [decision(), decision()]), Event()
    service.stop.set()
    cut.set()
    assert worked_at(at_two_lists(service), cut).outcomes == []
    assert service.polled == []  # not even once, after the stop


def test_a_service_that_ignores_overrides_is_asked_for_the_own_list_no_more():
    service = TwoLists([decision()], [])
    desk = at_two_lists(service)
    desk.standing = "ignored"
    worked_at(desk)
    assert set(service.polled) == {("list", "me", False)}
    assert service.where == [(None, None)]
