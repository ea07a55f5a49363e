"""An activity worker whose heartbeats are somebody else's: what its board says, and tells it."""

import json
import os
import subprocess
import sys
import threading
import time

import pytest

from flowy import Activity, activity, forms
from flowy.errors import OptionError, SerializationError, ServiceUnreachable
from flowy.payloads import Payloads
from flowy.registry import Registry
from flowy.swf.tasks import ActivityTask
from flowy.swf.values import ExecutionId, TypeId
from flowy.worker.activities import serve_activities
from flowy.worker.post import Post
from flowyd.board import Board, Word, size_of_board
from flowyd.board_link import BoardKeeper
from flowyd.memory import make_memory, map_board

RUN = ExecutionId("w", "r")
SEEN = []


@activity("Look", 1, "list", heartbeat=10, start_to_close=60)
class Look(Activity):
    """Tells what is on its board while it runs."""

    board: Board

    def run(self, how):
        going = self.heartbeat({"at": how})
        SEEN.append((self.board.task(), going, self.canceled, self.stopping))
        if how == "defer":
            self.defer()
        return "done" if going else None


class Service:
    """Hands out tasks, then stops the worker; keeps the answers and what was on the board then."""

    loopback = True
    payloads = Payloads()

    def __init__(self, board, *tasks, refuse=()):
        self.board, self.tasks, self.refuse = board, list(tasks), list(refuse)
        self.answers, self.during, self.stop = [], [], threading.Event()

    def poll_activity(self, task_list, identity):
        task = self.tasks.pop(0)
        if not self.tasks:
            self.stop.set()
        return task

    def answer(self, *said):
        self.answers.append(said)
        self.during.append((self.board.task(), self.board.word(Word.RAN)))
        if self.refuse:
            raise self.refuse.pop(0)

    def complete_activity(self, token, result):
        self.answer("completed", token, result)

    def fail_activity(self, token, reason, details):
        self.answer("failed", token, reason, details)

    def cancel_activity(self, token, details):
        self.answer("canceled", token, details)

    def release_polls(self, identity):
        return False


def step(how="x", token="token", meta=""):
    return ActivityTask(token, RUN, "a", TypeId("Look", "1"), json.dumps([how]), 3)


def worked(board, *tasks, encode=None, **more):
    SEEN.clear()
    Look.board = board
    registry = Registry()
    registry.add(Look)
    service = Service(board, *tasks, **more)
    keeper = BoardKeeper(board, encode)
    serve_activities(Post(service, registry, "list", "me"), service.stop, keeper=keeper)
    return service


@pytest.fixture
def board():
    return Board(memoryview(bytearray(size_of_board())))


def test_a_task_is_on_the_board_from_its_begin_until_it_is_answered(board):
    refused = ServiceUnreachable("x", "reset")
    service = worked(board, step(token="one"), step(token="two"), refuse=[refused])
    (first, *_), (second, *_) = SEEN

    assert (first.number, first.token, first.pace, first.start_to_close) == (
        1,
        "one",
        5_000,
        60_000,
    )
    assert (first.automatic, second.number, second.beats) == (False, 2, 1)
    assert service.during == [(first, 1), (first, 1), (second, 2)]
    assert board.task() is None
    assert board.details(2) == '{"at":"x"}'
    assert board.word(Word.PID) == os.getpid()


def test_what_others_write_on_the_board_is_what_the_activity_hears(board):
    board.set(Word.CANCELED, 1)
    board.set(Word.GONE, 3)
    service = worked(board, step(token="one"), step(token="two"), step(token="three"))
    assert [(going, canceled) for _, going, canceled, _ in SEEN] == [
        (False, True),
        (True, False),
        (False, False),
    ]
    assert [said[:2] for said in service.answers] == [("canceled", "one"), ("completed", "two")]


def test_a_task_that_is_cut_gives_up_as_a_worker_shutdown(board):
    board.set(Word.CUT, 1)
    service = worked(board, step())
    assert SEEN[0][3]
    assert service.answers[0][2] == forms.WORKER_SHUTDOWN


def drained_in(milliseconds, board):
    board.set(Word.DRAIN_UNTIL, time.monotonic_ns() // 1_000_000 + milliseconds)
    return worked(board, step()).answers[0]


def test_a_task_that_does_not_fit_the_drain_is_not_begun(board):
    verb, _, reason, details = drained_in(59_000, board)

    assert (verb, reason, SEEN) == ("failed", forms.NOT_BEGUN, [])
    assert "the task may take 60" in details


def test_one_that_fits_the_drain_is_run_to_its_end(board):
    assert drained_in(62_000, board) == ("completed", "token", '"done"')


def test_details_are_on_the_board_as_they_cross_and_none_that_are_too_long(board):
    worked(board, step(), encode=str.upper)
    assert board.details(1) == '{"AT":"X"}'
    with BoardKeeper(board).of(LONELY()) as link, pytest.raises(SerializationError):
        link.beat("x" * 2049)


def test_a_task_with_heartbeats_is_not_deferred(board):
    with BoardKeeper(board).of(LONELY(may_defer=False)) as link, pytest.raises(OptionError):
        link.defer()


def LONELY(**more):  # noqa: N802 — what a task without names looks like
    from flowy.worker.heartbeats import TaskLink

    return TaskLink("token", 1.0, automatic=True, **more)


def test_a_hundred_thousand_heartbeats_take_no_time_to_speak_of(board):
    with BoardKeeper(board).of(LONELY()) as link:
        began = time.process_time()
        for _ in range(100_000):
            link.beat("7")
    assert time.process_time() - began < 5  # a request for each would take minutes
    assert board.word(Word.BEATS) == 100_000


WRITER = """
import sys
from flowyd.board import BoardTask
from flowyd.memory import map_board
board, number = map_board(int(sys.argv[1])), 0
print("writes", flush=True)
while True:
    number += 1
    names = [str(number)] * 4
    board.begin(BoardTask(number, str(number) * 50, 1, 2, 3, True, 0, *names))
    for beat in range(20):
        board.beat(f"{number} {beat} " * 20)
    board.end()
"""


def test_readers_of_a_writer_that_is_killed_at_any_moment_see_no_nonsense():
    for _ in range(3):
        fd = make_memory()
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(fd)], pass_fds=[fd], stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        board = map_board(fd)
        os.close(fd)
        for look in range(3_000):
            if look == 2_900:
                writer.kill()
                writer.wait()
            check(board)
        writer.stdout.close()


def check(board):
    task = board.task()
    if task is None:
        return
    assert task.token == str(task.number) * 50
    details = board.details(task.number)
    if details is not None:
        number, beat = details.split()[:2]
        assert number == str(task.number)
        assert details == f"{number} {beat} " * 20
