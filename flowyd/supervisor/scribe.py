"""Tells the supervisor what its worker does, from a thread that never makes the worker wait.

What it sends is the worker's sign of life, so it sends something now and then in any case. The
thread also is where signals arrive: their handlers cannot set an Event, since the worker may
stand in that Event's `wait`. It sends a changed state at most ten times a second and totals at
most once, and while the worker leaves it has the poll in flight answered, so that stopping on the
engine takes a moment and not a minute.
"""

import os
import select
import signal
import threading
import time
from types import FrameType

import structlog

from flowy.worker.kept import Reason
from flowy.worker.post import LookedUp, Polled, TaskSummary
from flowyd.board import Board, Word
from flowyd.supervisor.channels import Channel
from flowyd.supervisor.messages import Report, TaskText
from flowyd.supervisor.recycling import Release, Rule
from flowyd.totals import Totals

_log = structlog.get_logger()
STATE_SECONDS = 0.1
TOTALS_SECONDS = 1.0
RELEASE_SECONDS = 0.25
PARKED_SECONDS = 10.0
"""A parked execution that did not come back so long after its wait is with another decider."""


def _hear(number: int, frame: FrameType | None) -> None:
    """Do nothing: the signal's number goes to the thread by `set_wakeup_fd`."""


class Scribe:
    """A `flowy.worker.Reporter`. `stop` and `cut` are the worker's orders to leave."""

    def __init__(
        self,
        channel: Channel[object],
        board: Board,
        rule: Rule,
        release: Release,
        sign_seconds: float = 15.0,
    ) -> None:
        self.stop = threading.Event()
        self.cut = threading.Event()
        self._channel = channel
        self._board = board
        self._rule = rule
        self._release = release
        self._lock = threading.Lock()
        self._totals = Totals()
        self._task: TaskText | None = None
        self._told_busy = self._listens = False
        self._sign_seconds = sign_seconds
        self._moved_at = time.monotonic()
        self._parked: dict[str, float] = {}
        self._recycled = False
        self._done = False
        self._changed = False
        self._counted = False
        self._sent_at = self._totals_at = self._released_at = 0.0
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._signals, self._signalled = os.pipe()
        self._thread = threading.Thread(target=self._run, name="scribe", daemon=True)

    def listen(self) -> None:
        """Take SIGTERM (leave) and SIGUSR2 (your time is over). Main thread only."""
        self._listens = True
        os.set_blocking(self._signalled, False)
        signal.set_wakeup_fd(self._signalled, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGUSR2):
            signal.signal(number, _hear)

    def ready(self) -> None:
        """Say that the worker is ready, and go on telling."""
        self._changed = True
        self._thread.start()

    def close(self) -> None:
        """Send the last word, and stop telling."""
        self._done = True
        os.eventfd_write(self._wake, 1)
        self._thread.join()
        with self._lock:
            last = self._report(with_totals=True)
        self._channel.socket.setblocking(True)
        self._channel.socket.settimeout(1.0)  # the loop reads at once, or is gone
        self._channel.send(last)

    # What the loops report -----------------------------------------------------------------------

    def polling(self) -> None:
        """A poll begins."""
        self._moved_at = time.monotonic()

    def polled(self, result: Polled, seconds: float) -> None:
        """A poll ended."""
        self._moved_at = time.monotonic()
        with self._lock:
            self._totals.polled(result, seconds)
        self._note(state=False)

    def began(self, task: TaskSummary) -> None:
        """A task begins. It may hold the GIL at once and for long: then nobody could say so later.

        So it is said here, unless the supervisor believes the worker busy in any case.
        """
        if task.limit is not None:
            self._board.set(Word.UNTIL, round((time.monotonic() + task.limit) * 1000))
        with self._lock:
            self._task = TaskText(
                task.kind, task.type, task.workflow_id, task.run_id, task.activity_id or ""
            )
            if not self._told_busy:
                self._send(time.monotonic(), with_totals=False)
        self._note(state=True)

    def ended(self, outcome: str, seconds: float) -> None:
        """A task ended; perhaps the worker has had its fill."""
        self._board.set(Word.UNTIL, 0)
        self._moved_at = time.monotonic()
        if self._listens and signal.getsignal(signal.SIGTERM) is not _hear:
            self.listen()  # the task wanted the signal for itself, and did not give it back
        with self._lock:
            self._totals.ended(outcome, seconds)
            if self._task is not None and outcome == "completed":
                self._parked.pop(self._task.run_id, None)
            self._task = None
            if self._rule.is_full(self._totals.tasks_ended):
                self._recycled = True  # it goes on until its replacement is ready
        self._note(state=True)

    def looked_up(self, result: LookedUp) -> None:
        """A kept execution was looked for."""
        with self._lock:
            self._totals.looked_up(result)

    def evicted(self, why: Reason) -> None:
        """A kept execution was dropped."""
        with self._lock:
            self._totals.evicted(why)

    def keeps(self, count: int) -> None:
        """So many executions are kept."""
        with self._lock:
            self._totals.kept = count

    def parked(self, task: TaskSummary, seconds: float) -> None:
        """An execution waits until we can decide it."""
        with self._lock:
            self._parked[task.run_id] = time.monotonic() + seconds + PARKED_SECONDS

    def _note(self, *, state: bool) -> None:
        """Wake the thread, unless it will look anyway."""
        with self._lock:
            known = self._changed if state else self._counted
            self._changed = self._changed or state
            self._counted = True
        if not known:
            os.eventfd_write(self._wake, 1)

    # The thread ----------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._serve()
        except Exception:  # noqa: BLE001  # top of a thread: plugin code may close any descriptor
            _log.error("the worker cannot tell what it does; it leaves", exc_info=True)
            self.stop.set()

    def _serve(self) -> None:
        while not self._done:
            ready, _, _ = select.select([self._wake, self._signals], [], [], self._patience())
            if self._wake in ready:
                os.eventfd_read(self._wake)
            if self._signals in ready:
                self._hear(os.read(self._signals, 64))
            self._tell(time.monotonic())

    def _hear(self, numbers: bytes) -> None:
        """Signals came; each byte is a number."""
        if signal.SIGTERM in numbers:
            self.stop.set()
        if signal.SIGUSR2 in numbers:
            self.stop.set()
            self.cut.set()
        self._changed = True

    def _patience(self) -> float:
        """How long nothing needs to be sent."""
        due = [self._sent_at + self._sign_seconds]
        if self._changed:
            due.append(self._sent_at + STATE_SECONDS)
        if self._counted:
            due.append(self._totals_at + TOTALS_SECONDS)
        if self.stop.is_set() and self._task is None:
            due.append(self._released_at + RELEASE_SECONDS)
        return max(min(due) - time.monotonic(), 0.0)

    def _tell(self, now: float) -> None:
        """Send what is due."""
        count = self._counted and now >= self._totals_at + TOTALS_SECONDS
        alive = now >= self._sent_at + self._sign_seconds
        if alive or count or (self._changed and now >= self._sent_at + STATE_SECONDS):
            with self._lock:
                self._send(now, with_totals=count)
        leaving = self.stop.is_set() and self._task is None
        if leaving and now >= self._released_at + RELEASE_SECONDS:
            self._release()
            self._released_at = time.monotonic()

    def _send(self, now: float, *, with_totals: bool) -> None:
        """Send a report; one that finds the supervisor's end full is made anew next time.

        Under the lock, so that no report overtakes a newer one.
        """
        report = self._report(with_totals=with_totals)
        sent = self._channel.send(report)
        self._changed = False
        self._counted = self._counted and not with_totals
        self._told_busy = report.task is not None if sent else self._told_busy
        self._sent_at = now
        self._totals_at = now if with_totals else self._totals_at
        if self._channel.broken:
            self.stop.set()  # the supervisor is gone, or has given this worker up
        elif not sent:
            self._changed = self._counted = True

    def _report(self, *, with_totals: bool) -> Report:
        totals = self._totals if with_totals else None
        if totals is not None:
            now = time.monotonic()
            self._parked = {run: until for run, until in self._parked.items() if until > now}
            totals.parked = len(self._parked)
        still = 0 if self._task else round((time.monotonic() - self._moved_at) * 1000)
        return Report(self._task, self.stop.is_set(), self._recycled, totals, still)
