"""The supervisor's side of boards and courier: every worker's board, and the letters about it.

A board lives until the courier has said that nothing is owed for it, so a courier that dies is told
everything anew. A letter that does not fit into the socket waits here: nothing blocks the loop.
"""

import contextlib
import os
import selectors
import subprocess
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
import structlog

from flowy import forms
from flowyd import PROTOCOL, letters
from flowyd.board import Board, Word
from flowyd.config.shapes import LogsConfig
from flowyd.ledger import Ledger
from flowyd.memory import make_memory, map_board
from flowyd.supervisor import messages, news, processes
from flowyd.supervisor.channels import Channel, pair
from flowyd.supervisor.orders import WorkerId
from flowyd.supervisor.pacing import spread
from flowyd.supervisor.policy import is_overdue
from flowyd.supervisor.services import COURIER, Announced, Heard
from flowyd.supervisor.states import Exit, ExitClass

Wire = Channel[letters.FromCourier]
Letter = letters.Hello | letters.Watch | letters.Lost
_log = structlog.get_logger()


@dataclass(slots=True)
class Desk:
    """One worker's board, and the letter about its end once it is gone."""

    fd: int
    board: Board
    watch: letters.Watch
    lost: letters.Lost | None = None


class Dispatch:
    """All boards. `tell` takes what the courier says to the fleet."""

    def __init__(
        self, selector: selectors.BaseSelector, ledger: Ledger, tell: Callable[[news.Event], None]
    ) -> None:
        self._selector = selector
        self._ledger = ledger
        self._tell = tell
        self._desks: dict[WorkerId, Desk] = {}
        self._paces: dict[str, tuple[int, float]] = {}
        self._wire: Wire | None = None
        self._outbox: deque[tuple[Letter, tuple[int, ...]]] = deque()

    # Boards --------------------------------------------------------------------------------------

    def open(self, worker: WorkerId, swf: messages.SwfJob) -> int:
        """Make a worker's board; the descriptor to hand on.

        Raises:
            OSError: if there is no memory or no descriptor left.
        """
        fd = make_memory()
        watch = letters.Watch(str(worker), swf)
        desk = self._desks[worker] = Desk(fd, map_board(fd), watch)
        self._slow(worker, desk)
        self._post(watch, fd)
        return fd

    def mark(self, worker: WorkerId, until: int | None, *, cut: bool) -> None:
        """Tell a worker by when it must have finished, or that it shall give up."""
        if worker in self._desks:
            board = self._desks[worker].board
            board.set(Word.DRAIN_UNTIL, until or 0)
            board.set(Word.CUT, int(cut))

    def pace(self, pool: str, delay_ms: int, roll: float) -> None:
        """Tell the workers of a pool how long to wait before each poll."""
        self._paces[pool] = (delay_ms, roll)
        for worker, desk in self._desks.items():
            if worker.pool == pool:
                self._slow(worker, desk)

    def retain(self, pools: set[str]) -> None:
        """Forget the delays of pools that are no more: one may come back by its name."""
        self._paces = {pool: told for pool, told in self._paces.items() if pool in pools}

    def _slow(self, worker: WorkerId, desk: Desk) -> None:
        delay_ms, roll = self._paces.get(worker.pool, (0, 0.0))
        desk.board.set(Word.POLL_DELAY, spread(delay_ms, worker.slot, roll))

    def close(self, worker: WorkerId, exit_: Exit) -> None:
        """A worker is gone: have what it left answered."""
        desk = self._desks.get(worker)
        if desk is None:
            self._tell(news.BoardClosed(worker))
        elif desk.lost is None:
            desk.lost = letters.Lost(str(worker), reason_of(exit_), message_of(exit_))
            self._post(desk.lost)

    def overdue(self, now: int) -> list[WorkerId]:
        """The workers whose task has been over for a while, and that are at it all the same."""
        return [
            worker
            for worker, desk in self._desks.items()
            if desk.lost is None and is_overdue(desk.board.word(Word.UNTIL), now)
        ]

    # The courier ---------------------------------------------------------------------------------

    def launch(
        self, command: Sequence[str], environment: dict[str, str], logs: LogsConfig
    ) -> subprocess.Popen[bytes]:
        """Start a courier and tell it all that is to be known.

        Raises:
            OSError: if no process can be made.
        """
        ours, theirs = pair()
        with theirs:
            child = processes.launch(
                [*command, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                environment=environment,
                capture=False,
                outlives=True,  # for the workers that are left
            )
        self._drop()
        wire = self._wire = Wire(ours, letters.FromCourier)
        self._selector.register(wire, selectors.EVENT_READ, lambda: self._hear(wire))
        self._post(letters.Hello(PROTOCOL, logs.format, logs.level))
        for desk in self._desks.values():
            self._post(desk.watch, desk.fd)
            if desk.lost is not None:
                self._post(desk.lost)
        return child

    def _post(self, letter: Letter, *fds: int) -> None:
        if self._wire is not None:
            self._outbox.append((letter, fds))
            self.flush()

    def flush(self) -> None:
        """Send what waits; the rest waits for the next round."""
        while self._wire is not None and self._outbox:
            letter, fds = self._outbox[0]
            if not self._wire.send(letter, *fds) and not self._wire.broken:
                return
            self._outbox.popleft()

    def _hear(self, wire: Wire) -> None:
        """Hear one letter."""
        try:
            letter = wire.receive()
        except msgspec.DecodeError as error:
            _log.error("a letter is not understood", error=str(error))
            letter = None
        match letter:
            case letters.Ready():
                self._tell(news.ServiceEvent(COURIER, Announced("")))
                self._tell(news.ServiceEvent(COURIER, Heard()))
            case letters.Tally(totals):
                self._ledger.courier_says(totals)
                self._tell(news.ServiceEvent(COURIER, Heard()))
            case letters.Closed(name):
                self._forget(name)
            case None:
                self._drop()

    def _forget(self, name: str) -> None:
        for worker in [worker for worker in self._desks if str(worker) == name]:
            os.close(self._desks.pop(worker).fd)
            self._tell(news.BoardClosed(worker))

    def _drop(self) -> None:
        """This courier is gone."""
        self._outbox.clear()
        self._ledger.courier_gone()
        if self._wire is not None:
            self._selector.unregister(self._wire)
            self._wire.close()
            self._wire = None

    def shut(self) -> None:
        """Let go of everything."""
        self._drop()
        for desk in self._desks.values():
            with contextlib.suppress(OSError):
                os.close(desk.fd)
        self._desks.clear()


def reason_of(exit_: Exit) -> str:
    """The reason that a task is answered with whose worker ended so."""
    return forms.WORKER_SHUTDOWN if exit_.kind is ExitClass.CUT else forms.WORKER_LOST


def message_of(exit_: Exit) -> str:
    """What the workflow reads about it."""
    if exit_.kind is ExitClass.CUT:
        return "the worker was stopped while it ran the task"
    if exit_.code is None:
        return "the worker died"
    how = f"signal {-exit_.code}" if exit_.code < 0 else f"exit code {exit_.code}"
    return f"the worker died ({how})"
