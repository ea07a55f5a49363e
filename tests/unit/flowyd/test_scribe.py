"""What a worker tells its supervisor, over a real socket pair."""

import socket
import threading
import time
from dataclasses import replace

import pytest

from flowy.worker.post import TaskSummary
from flowyd.board import Board, Word, size_of_board
from flowyd.supervisor.channels import Channel, pair
from flowyd.supervisor.messages import FromChild, Report
from flowyd.supervisor.recycling import Rule, drawn
from flowyd.supervisor.scribe import PARKED_SECONDS, Scribe

TASK = TaskSummary("activity", "T/1", "w", "r", "7")
DECISION = TaskSummary("decision", "W/1", "w", "r")
SECONDS = 10.0
NO_LIMIT = Rule(None, None)


class Desk:
    """A scribe and the supervisor's end of its channel."""

    def __init__(self, rule: Rule, sign_seconds: float) -> None:
        ours, theirs = pair()
        ours.settimeout(SECONDS)
        theirs.setblocking(False)
        self.channel: Channel[FromChild] = Channel(ours, FromChild)
        self.child: socket.socket = theirs
        self.released = threading.Event()
        self.board = Board(memoryview(bytearray(size_of_board())))
        channel = Channel(theirs, object)
        self.scribe = Scribe(channel, self.board, rule, self.released.set, sign_seconds)

    def report(self) -> Report:
        """The next report."""
        message = self.channel.receive()
        assert isinstance(message, Report)
        return message

    def until(self, holds) -> Report:
        """The first report that fits."""
        while not holds(report := self.report()):
            pass
        return report


@pytest.fixture
def desk():
    made = []

    def make(rule: Rule = NO_LIMIT, sign_seconds: float = 15.0) -> Desk:
        made.append(Desk(rule, sign_seconds))
        return made[-1]

    yield make
    for one in made:
        if one.scribe._thread.is_alive():
            one.scribe.close()
        one.channel.close()
        one.child.close()


def test_the_first_report_says_that_the_worker_is_ready(desk):
    one = desk()
    one.scribe.ready()

    first = one.report()
    assert (first.task, first.leaving, first.recycled, first.totals) == (None, False, False, None)


def test_a_task_is_told_while_it_runs_and_its_end_with_the_totals(desk):
    one = desk()
    one.scribe.ready()
    one.scribe.polled("task", 0.1)
    one.scribe.began(TASK)
    told = one.until(lambda report: report.task)
    one.scribe.ended("completed", 2.0)
    last = one.until(lambda report: report.totals and report.totals.tasks_ended)

    assert (told.task.type, told.task.activity_id) == ("T/1", "7")
    assert last.task is None
    assert last.totals.polls == {"task": 1}
    assert last.totals.tasks == {"completed": 1}


def test_what_a_decider_keeps_and_parks_is_told_with_the_totals(desk):
    one = desk()
    one.scribe.ready()
    one.scribe.looked_up("hit")
    one.scribe.evicted("memory")
    one.scribe.keeps(3)
    one.scribe.began(DECISION)
    one.scribe.parked(DECISION, 15)
    one.scribe.ended("parked", 0.0)
    told = one.until(lambda report: report.totals and report.totals.tasks_ended).totals
    assert (told.lookups, told.evictions) == ({"hit": 1}, {"memory": 1})
    assert (told.kept, told.parked) == (3, 1)

    one.scribe.began(DECISION)
    one.scribe.ended("completed", 0.0)
    told = one.until(lambda report: report.totals and report.totals.tasks_ended == 2).totals
    assert told.parked == 0


def test_a_parked_execution_that_went_elsewhere_is_forgotten_after_its_wait(desk):
    one = desk()
    one.scribe.ready()
    one.scribe.began(DECISION)
    one.scribe.parked(DECISION, -PARKED_SECONDS)
    one.scribe.ended("parked", 0.0)
    assert one.until(lambda report: report.totals).totals.parked == 0


def test_a_thousand_short_tasks_are_a_handful_of_messages_and_none_is_uncounted(desk):
    one = desk()
    one.scribe.ready()
    for _ in range(1000):
        one.scribe.began(TASK)
        one.scribe.ended("completed", 0.0)
    one.scribe.close()
    reports = [one.report()]
    while reports[-1].totals is None or reports[-1].totals.tasks_ended < 1000:
        reports.append(one.report())

    assert len(reports) < 50


def test_a_worker_that_had_its_fill_says_so_and_works_on_until_it_is_replaced(desk):
    one = desk(Rule(max_tasks=2, max_memory=None))
    one.scribe.ready()
    one.scribe.ended("completed", 0.0)
    assert not one.scribe.stop.is_set()
    one.scribe.ended("failed", 0.0)

    assert not one.until(lambda report: report.recycled).leaving
    assert not one.scribe.stop.is_set()


def test_the_poll_in_flight_is_released_only_while_the_worker_leaves_without_a_task(desk):
    one = desk()
    one.scribe.ready()
    one.scribe.began(TASK)
    one.scribe.stop.set()
    one.until(lambda report: report.task)
    assert not one.released.is_set()
    one.scribe.ended("completed", 0.0)

    assert one.released.wait(SECONDS)


def test_a_worker_whose_supervisor_is_gone_leaves(desk):
    one = desk()
    one.channel.close()
    one.scribe.ready()

    assert one.scribe.stop.wait(SECONDS)


def test_the_number_of_tasks_is_spread_but_never_zero():
    limits = {drawn(100, None, seed).max_tasks for seed in range(200)}

    assert min(limits) >= 90
    assert max(limits) <= 110
    assert len(limits) > 10
    assert drawn(1, None, 3).max_tasks == 1


def test_a_worker_that_grew_too_big_is_full():
    assert Rule(None, max_memory=1).is_full(0)
    assert not Rule(None, max_memory=2**50).is_full(0)


def test_a_worker_that_waits_gives_signs_of_life_and_says_how_long_it_stands_still(desk):
    one = desk(sign_seconds=0.05)
    one.scribe.ready()
    first, second, third = one.report(), one.report(), one.report()

    assert first.still_ms < second.still_ms < third.still_ms
    one.scribe.polling()
    assert one.until(lambda report: report.still_ms < third.still_ms)


def test_a_worker_with_a_task_does_not_stand_still(desk):
    one = desk(sign_seconds=0.05)
    one.scribe.ready()
    one.scribe.began(TASK)
    one.until(lambda report: report.task is not None)

    assert one.report().still_ms == 0


def test_the_end_of_a_tasks_time_is_on_the_board_while_it_runs(desk):
    one = desk()
    began = time.monotonic() * 1000
    one.scribe.began(replace(TASK, limit=30.0))
    until = one.board.word(Word.UNTIL)
    one.scribe.ended("completed", 0.0)

    assert began + 29_999 <= until <= time.monotonic() * 1000 + 30_001
    assert one.board.word(Word.UNTIL) == 0
