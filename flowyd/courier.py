"""The courier: the process that sends every heartbeat, and answers in the place of dead workers.

`python -m flowyd.courier FD`. It holds no plugin code and is untouched by reloads. What it knows is
on the boards, so that a new one goes on where a dead one was. When its supervisor dies it serves
the workers that are left, until the last one is gone.
"""

import os
import random
import select
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from queue import Empty, SimpleQueue

import structlog

from flowy import forms
from flowy.errors import FlowyError, ServiceError, UnknownResource
from flowy.swf.client import SWFClient
from flowyd import PROTOCOL, letters, logs
from flowyd.board import Board, Word
from flowyd.leftovers import end_group, is_alive
from flowyd.memory import map_board
from flowyd.pulse import (
    Beat,
    Pulse,
    Report,
    Resting,
    Sent,
    landed,
    look,
    read,
    reported,
    retry_delay,
)
from flowyd.supervisor.channels import Channel
from flowyd.supervisor.messages import SwfJob
from flowyd.totals import CourierTotals

TICK_SECONDS = 0.2
"""How often the boards are looked at: SWF's shortest heartbeat time-out is a second."""
TALLY_SECONDS = 1.0
READ_SECONDS = 5.0
"""A heartbeat whose answer takes longer is sent again: it may be repeated as often as one likes."""
REQUESTS = 32
"""At once."""
Wire = Channel[letters.ToCourier]
_log = structlog.get_logger()


@dataclass(slots=True)
class Watched:
    """One worker: its board, the way to its SWF, and what is to be sent for it."""

    worker: str
    board: Board
    client: SWFClient
    pulse: Pulse = field(default_factory=Resting)
    lost: letters.Lost | None = None
    report: Report | None = None


class Courier:
    """Does what the supervisor says over the wire, and what the boards ask for."""

    def __init__(self, wire: Wire, connect: Callable[[SwfJob], SWFClient]) -> None:
        self._wire = wire
        self._connect = connect
        self._clients: dict[SwfJob, SWFClient] = {}
        self._watched: dict[str, Watched] = {}
        self._totals = CourierTotals()
        self._tallied_at = 0.0
        self._orphan = False
        self._outbox: deque[letters.Closed] = deque()
        self._done: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._threads = ThreadPoolExecutor(REQUESTS, thread_name_prefix="request")

    def run(self) -> None:
        """Serve until nobody is left to be served."""
        self._wire.send(letters.Ready())
        while not (self._orphan and not self._watched):
            wire = [] if self._orphan else [self._wire.fileno()]
            ready, _, _ = select.select([self._wake, *wire], [], [], TICK_SECONDS)
            self._hear()
            if self._wake in ready:
                os.eventfd_read(self._wake)
            self._land()
            for one in tuple(self._watched.values()):
                self._look(one)
            self._post(time.monotonic())
        self._threads.shutdown(wait=False, cancel_futures=True)

    # Letters -------------------------------------------------------------------------------------

    def _hear(self) -> None:
        """Read what letters there are."""
        with suppress(BlockingIOError):
            while not self._orphan:
                letter, fds = self._wire.receive_with_fds(1)
                try:
                    self._heed(letter, fds)
                finally:
                    for fd in fds:
                        os.close(fd)

    def _heed(self, letter: letters.ToCourier | None, fds: list[int]) -> None:
        match letter:
            case letters.Watch(worker, swf) if fds:
                self._watch(worker, swf, fds[0])
            case letters.Lost(worker) if worker in self._watched:
                self._mourn(self._watched[worker], letter)
            case letters.Lost(worker):
                self._outbox.append(letters.Closed(worker, "idle"))
            case None:
                self._orphan = True
                _log.warning("the supervisor is gone", workers=len(self._watched))
            case letters.Watch() | letters.Hello():
                _log.error("a letter makes no sense here", letter=type(letter).__name__)

    def _watch(self, worker: str, swf: SwfJob, fd: int) -> None:
        """Take a worker on; without a client there is nothing to be done for it, nor by it."""
        try:
            self._watched[worker] = Watched(worker, map_board(fd), self._client(swf))
        except FlowyError as error:
            _log.error("no client of SWF", worker=worker, error=str(error))

    def _client(self, swf: SwfJob) -> SWFClient:
        if swf not in self._clients:
            self._clients[swf] = self._connect(swf)
        return self._clients[swf]

    def _mourn(self, one: Watched, lost: letters.Lost) -> None:
        """Nobody writes on this board any more."""
        task = one.board.task()
        one.lost = lost
        if task is None:
            self._close(one, "idle")
        else:
            one.report = Report(task, now_ms())

    def _close(self, one: Watched, told: letters.Told) -> None:
        del self._watched[one.worker]
        if told != "idle":
            self._totals.reported(told)
        self._outbox.append(letters.Closed(one.worker, told))

    def _post(self, now: float) -> None:
        """Send what the supervisor is to know; a stopped one reads it later."""
        while self._outbox and self._wire.send(self._outbox[0]):
            self._outbox.popleft()
        if now >= self._tallied_at + TALLY_SECONDS:
            self._tallied_at = now
            self._wire.send(letters.Tally(self._totals))

    # Boards --------------------------------------------------------------------------------------

    def _look(self, one: Watched) -> None:
        """Send what is due for one worker."""
        now = now_ms()
        if one.report is not None:
            if not one.report.flying and now >= one.report.due:
                one.report = replace(one.report, flying=True)
                self._threads.submit(self._answer, one, one.report)
            return
        if self._orphan and not is_alive(one.board.word(Word.PID)):
            self._bury(one)
            return
        one.pulse, beat = look(one.pulse, read(one.board), now)
        if beat is not None:
            self._threads.submit(self._beat, one, beat)

    def _bury(self, one: Watched) -> None:
        """A worker ended that no supervisor reaps: do what the supervisor would."""
        end_group(one.board.word(Word.PID))
        self._mourn(one, letters.Lost(one.worker, forms.WORKER_LOST, "the worker died"))

    # Requests, in threads ------------------------------------------------------------------------

    def _beat(self, one: Watched, beat: Beat) -> None:
        result: Sent = "error"
        try:
            details = one.board.details(beat.task.number)
            asked = one.client.heartbeat(beat.task.token, details)
            result = "canceled" if asked else "ok"
        except UnknownResource:
            result = "gone"
        except ServiceError as error:
            _log.warning("heartbeat failed", worker=one.worker, error=str(error))
        except Exception:  # noqa: BLE001 — the top of a thread: the next attempt is not to blame
            _log.error("heartbeat failed", worker=one.worker, exc_info=True)
        self._tell(partial(self._landed, one, beat, result))

    def _answer(self, one: Watched, report: Report) -> None:
        assert one.lost is not None  # noqa: S101 — a report is made of it
        error: ServiceError | None = None
        try:
            details = one.board.details(report.task.number)
            lost = one.lost
            failure = forms.write_failure(lost.reason, lost.message, heartbeat=details)
            one.client.fail_activity(report.task.token, failure.reason, failure.details)
        except ServiceError as failed:
            error = failed
        except Exception as failed:  # noqa: BLE001 — the top of a thread; tried again
            _log.error("a lost worker could not be reported", worker=one.worker, exc_info=True)
            error = ServiceError(type(failed).__name__, str(failed))
        self._tell(partial(self._reported, one, error))

    def _tell(self, done: Callable[[], None]) -> None:
        self._done.put(done)
        os.eventfd_write(self._wake, 1)

    def _land(self) -> None:
        """Take what the threads brought."""
        try:
            while True:
                self._done.get_nowait()()
        except Empty:
            return

    def _landed(self, one: Watched, beat: Beat, result: Sent) -> None:
        now = now_ms()
        failures = getattr(one.pulse, "failures", 0) + 1
        self._totals.sent(result, max(now - beat.due, 0) / 1000)
        one.pulse = landed(one.pulse, beat, result, now, self._delay(one, failures))
        if result == "canceled":
            one.board.set(Word.CANCELED, beat.task.number)
        elif result == "gone":
            one.board.set(Word.GONE, beat.task.number)

    def _reported(self, one: Watched, error: ServiceError | None) -> None:
        assert one.report is not None  # noqa: S101 — it was on its way
        delay = self._delay(one, one.report.failures + 1)
        one.report, told = reported(one.report, error, now_ms(), delay)
        if told is not None:
            task = one.report.task
            names = {"workflow_id": task.workflow_id, "run_id": task.run_id}
            names |= {"activity_id": task.activity_id, "worker": one.worker}
            level = _log.error if told == "refused" else _log.warning
            reason = one.lost and one.lost.reason
            level("reported a lost worker", told=told, reason=reason, **names)
            self._close(one, told)

    def _delay(self, one: Watched, failures: int) -> int:
        jitter = random.random()  # noqa: S311 — spreads load, hides nothing
        return retry_delay(failures, loopback=one.client.loopback, jitter=jitter)


def now_ms() -> int:
    """The clock that all processes of this host share."""
    return time.monotonic_ns() // 1_000_000


def connect(swf: SwfJob) -> SWFClient:
    """A client; boards hold what has been through the codecs already."""
    return SWFClient(
        swf.domain,
        endpoint_url=swf.endpoint_url,
        region=swf.region,
        profile=swf.profile,
        credentials=swf.credentials,
        read_seconds=READ_SECONDS,
    )


def main(fd: int) -> int:
    """Be the courier of the supervisor at the other end."""
    wire = Wire(socket.socket(fileno=fd), letters.ToCourier)
    hello = wire.receive()
    if not isinstance(hello, letters.Hello) or hello.protocol != PROTOCOL:
        return os.EX_PROTOCOL
    wire.socket.setblocking(False)
    logs.configure(hello.log_format, hello.log_level)
    Courier(wire, connect).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
