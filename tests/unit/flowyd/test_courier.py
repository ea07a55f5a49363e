"""The courier over real boards and a real socket, with a service that a test steers."""

import itertools
import threading
import time

import pytest

from flowy import forms
from flowy.errors import ServiceError, ServiceUnreachable, Throttled, UnknownResource
from flowyd import letters
from flowyd.board import BoardTask, Word
from flowyd.courier import Courier, Wire
from flowyd.memory import make_memory, map_board
from flowyd.supervisor.channels import Channel, pair
from flowyd.supervisor.messages import SwfJob

SWF = SwfJob("d", False, "http://127.0.0.1:1", None, None, None)
SECONDS = 20.0


def now():
    return time.monotonic_ns() // 1_000_000


class Service:
    """Notes each request; takes `seconds` for it and answers what the test wants."""

    loopback = True

    def __init__(self):
        self.seconds, self.cancel, self.faults = 0.0, set(), []
        self.beats, self.failed = [], []
        self.pause = threading.Event()

    def heartbeat(self, token, details):
        self.pause.wait(self.seconds)
        self.beats.append((now(), token, details))
        self.refuse()
        return token in self.cancel

    def fail_activity(self, token, reason, details):
        self.failed.append((token, reason, details))
        self.refuse()

    def refuse(self):
        if self.faults and (fault := self.faults.pop(0)):
            raise fault

    def of(self, token):
        return [beat for beat in self.beats if beat[1] == token]


class Office:
    """A courier in a thread, and the supervisor's end of its wire."""

    def __init__(self):
        ours, theirs = pair()
        ours.setblocking(True)
        ours.settimeout(SECONDS)
        theirs.setblocking(False)
        self.wire = Channel(ours, letters.FromCourier)
        self.service = Service()
        self.courier = Courier(Wire(theirs, letters.ToCourier), lambda _: self.service)
        self.thread = threading.Thread(target=self.courier.run)
        self.thread.start()
        self.theirs = theirs

    def watch(self, name):
        fd = make_memory()
        board = map_board(fd)
        self.wire.send(letters.Watch(name, SWF), fd)
        return board

    def hear(self, kind):
        while not isinstance(letter := self.wire.receive(), kind):
            assert letter is not None
        return letter

    def close(self):
        self.wire.close()
        self.thread.join(SECONDS)
        assert not self.thread.is_alive()
        self.theirs.close()


@pytest.fixture
def office():
    made = Office()
    yield made
    made.close()


def begin(board, number=1, *, pace=100, lasts=60_000, automatic=True, token=None):
    names = ("T/1", "w", "r", "a")
    beats = board.word(Word.BEATS)
    task = BoardTask(number, token or f"t{number}", now(), pace, lasts, automatic, beats, *names)
    board.begin(task)


def until(condition):
    deadline, pause = time.monotonic() + SECONDS, threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        pause.wait(0.01)


def test_the_newest_details_go_out_and_a_wish_to_cancel_comes_back(office):
    board = office.watch("p:0.0")
    office.service.cancel = {"t1"}
    begin(board, automatic=False)
    board.beat('"old"')
    board.beat('"new"')
    until(lambda: office.service.beats)

    assert office.service.beats[0][1:] == ("t1", '"new"')
    until(lambda: board.word(Word.CANCELED) == 1)
    assert board.word(Word.GONE) == 0


def test_a_task_that_swf_does_not_know_is_marked_and_left_alone(office):
    board = office.watch("p:0.0")
    office.service.faults = [UnknownResource("UnknownResourceFault", "no such task")]
    begin(board, pace=10)
    until(lambda: board.word(Word.GONE) == 1)
    board.end()
    begin(board, 2, pace=10)
    until(lambda: office.service.of("t2"))

    assert len(office.service.of("t1")) == 1


def test_heartbeats_that_fail_in_whatever_way_are_tried_again(office):
    board = office.watch("p:0.0")
    office.service.faults = [
        ServiceUnreachable("x", "reset"),
        Throttled("ThrottlingException", "slow"),
        ServiceError("InternalFailure", "oh"),
        RuntimeError("a bug"),
        None,
    ]
    begin(board, pace=20)
    until(lambda: len(office.service.beats) >= 5)
    told = office.hear(letters.Tally).totals
    while told.heartbeats.get("ok", 0) < 1:
        told = office.hear(letters.Tally).totals
    assert told.heartbeats["error"] == 4


def test_the_task_of_a_lost_worker_is_answered_with_its_last_details(office):
    board = office.watch("p:0.0")
    begin(board, pace=60_000)
    board.beat("7")
    office.service.faults = [ServiceUnreachable("x", "reset"), None]
    office.wire.send(letters.Lost("p:0.0", forms.WORKER_LOST, "the worker died (signal 9)"))

    assert office.hear(letters.Closed) == letters.Closed("p:0.0", "answered")
    token, reason, details = office.service.failed[-1]
    failure = forms.write_failure(forms.WORKER_LOST, "the worker died (signal 9)", heartbeat="7")
    assert (token, reason, details) == ("t1", failure.reason, failure.details)
    assert len(office.service.failed) == 2


def test_a_lost_worker_that_had_answered_or_had_no_task_is_owed_nothing(office):
    done, idle = office.watch("p:0.0"), office.watch("p:1.0")
    begin(done)
    done.end()
    assert idle.task() is None
    for name in ("p:0.0", "p:1.0", "p:9.9"):
        office.wire.send(letters.Lost(name, forms.WORKER_LOST, "the worker died"))
        assert office.hear(letters.Closed) == letters.Closed(name, "idle")
    assert office.service.failed == []


def test_a_worker_killed_while_its_answer_was_on_its_way_was_answered_once(office):
    board = office.watch("p:0.0")
    begin(board)
    board.set(Word.RAN, 1)
    office.service.faults = [UnknownResource("UnknownResourceFault", "it is closed")]
    office.wire.send(letters.Lost("p:0.0", forms.WORKER_LOST, "the worker died"))

    assert office.hear(letters.Closed) == letters.Closed("p:0.0", "gone")


def test_fifty_busy_slots_are_served_in_time_though_each_request_takes_a_while(office):
    """The pace of a heartbeat time-out of ten seconds is five; this is ten times as fast."""
    office.service.seconds = 0.2
    boards = [office.watch(f"p:{slot}.0") for slot in range(50)]
    for slot, board in enumerate(boards):
        begin(board, pace=500, token=f"slot{slot}")
    began = now()
    until(lambda: all(len(office.service.of(f"slot{slot}")) >= 4 for slot in range(50)))

    for slot in range(50):
        times = [began, *(at for at, _, _ in office.service.of(f"slot{slot}"))]
        gaps = [after - before for before, after in itertools.pairwise(times)]
        assert max(gaps[:4]) < 3_000, (slot, gaps)
