"""The chaos suite's own judgement: each kind of loss is seen in a history and a ledger."""

import json

import pytest
from chaos.counters import Watch
from chaos.ledger import Attempt, read
from chaos.verdict import ACTIVITIES, Excuses, judge

NOBODY = Excuses(frozenset(), ())
WORKER = 42


class Told:
    """A history of an execution, and the ledger that goes with it."""

    def __init__(self):
        self.events = []
        self.ledger = {}
        for number in range(ACTIVITIES - 1):
            self.attempt(f"a{number}", "Completed")

    def add(self, kind, **attributes):
        block = f"{kind[0].lower()}{kind[1:]}EventAttributes"
        number = len(self.events) + 1
        at = float(number)
        self.events.append(
            {"eventId": number, "eventType": kind, "eventTimestamp": at, block: attributes}
        )
        return number

    def attempt(self, id, close, *, noted="begin end", at=(1.0, 2.0), **why):
        scheduled = self.add("ActivityTaskScheduled", activityId=id)
        identity = f"host:{WORKER}:pool:0.0"
        started = self.add("ActivityTaskStarted", scheduledEventId=scheduled, identity=identity)
        ids = {"scheduledEventId": scheduled, "startedEventId": started}
        self.add(f"ActivityTask{close}", **ids, **why)
        if noted:
            ends = [at[1]] if "end" in noted else []
            self.ledger["w", id] = Attempt(WORKER, [at[0]] * noted.count("begin"), ends)

    def faults(self, excuses=NOBODY):
        self.add("WorkflowExecutionCompleted")
        return list(judge("w", self.events, self.ledger, excuses))


@pytest.fixture
def told():
    return Told()


def test_ten_completed_activities_are_right(told):
    told.attempt("z", "Completed")
    assert told.faults() == []


def test_an_activity_that_is_missing_or_completed_twice_is_seen(told):
    assert "9 activities were completed, not 10" in told.faults()[0]


def test_a_completed_activity_without_a_trace_is_seen(told):
    told.attempt("z", "Completed", noted="")
    assert "the ledger knows nothing of it" in told.faults()[0]


def test_an_attempt_that_two_workers_began_is_seen(told):
    told.attempt("z", "Completed", noted="begin begin end")
    assert "was begun 2 times" in told.faults()[0]


@pytest.mark.parametrize(
    ("close", "why"),
    [("Failed", {"reason": "flowy.WorkerLost"}), ("TimedOut", {"timeoutType": "HEARTBEAT"})],
)
def test_a_lost_attempt_is_excused_by_the_kill_of_its_worker_only(told, close, why):
    told.attempt("z", close, noted="begin", at=(1.0, 1.0), **why)
    told.attempt("z~2", "Completed", at=(3.0, 4.0))
    assert told.faults(Excuses(frozenset({WORKER}), ())) == []
    assert "was cut without a cause" in told.faults()[-1]


def test_a_task_that_nobody_began_is_excused_by_a_lost_answer_to_a_poll_at_that_time(told):
    told.attempt("z", "TimedOut", noted="", timeoutType="HEARTBEAT")
    told.attempt("z~2", "Completed")
    assert told.faults(Excuses(frozenset(), ((28.0, 29.0),))) == []
    assert told.faults(Excuses(frozenset(), ((128.0, 129.0),)))


@pytest.mark.parametrize("reason", ["flowy.WorkerShutdown", "flowy.NotBegun", "Oops"])
def test_nothing_excuses_an_attempt_that_we_gave_up(told, reason):
    told.attempt("z", "Failed", reason=reason)
    told.attempt("z~2", "Completed", at=(3.0, 4.0))
    assert told.faults(Excuses(frozenset({WORKER}), ((0.0, 99.0),)))


def test_two_attempts_at_once_are_seen(told):
    told.attempt("z", "Failed", noted="begin", reason="flowy.WorkerLost")
    told.ledger["w", "z"].ticks.append(3.5)
    told.attempt("z~2", "Completed", at=(3.0, 4.0))
    faults = told.faults(Excuses(frozenset({WORKER}), ()))
    assert faults == ["z: the next attempt began 0.500 s before the one before was over"]


def test_the_ledger_is_read_as_the_activities_write_it(tmp_path):
    name = "family w1 Family-1 1 77"
    lines = [f"begin {name} 1.5", f"tick {name} 1.55", f"end {name} 2.0"]
    (tmp_path / "ledger").write_text("\n".join(lines) + "\n")
    assert read(tmp_path / "ledger") == {("w1", "Family-1"): Attempt(77, [1.5], [2.0], [1.55])}


def test_a_counter_that_falls_or_vanishes_in_one_life_is_seen():
    watch = Watch()
    head = "# TYPE a_total counter\n"
    for life, text in ((1, "a_total 3\n"), (2, "a_total 1\n"), (1, "a_total 2\n"), (2, "")):
        watch.saw("host", life, head + text)
    assert len(watch.faults) == 2
    assert json.loads(watch.faults[0].rpartition("->")[2]) == 2.0
