"""An activity's heartbeats under flowyd: they are written on the board, and the courier sends them.

So a worker has no heartbeat thread, a million heartbeats cost a second, and code that holds the
interpreter silences nothing.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flowy.worker.heartbeats import TaskLink, check_details
from flowyd.board import Board, BoardTask, Word

Encode = Callable[[str], str | None]
"""A text as it crosses to SWF; None if it is too long then."""


@dataclass(slots=True)
class BoardLink:
    """The way from a running activity to the board of its worker (`flowy._activity.Link`)."""

    board: Board
    number: int
    link: TaskLink
    encode: Encode | None

    @property
    def canceled(self) -> bool:
        """Whether SWF has passed on a request to cancel the task."""
        return self.board.word(Word.CANCELED) == self.number

    @property
    def stopping(self) -> bool:
        """Whether the worker's drain is over."""
        return self.board.word(Word.CUT) == 1 or self.link.stopping

    @property
    def gone(self) -> bool:
        """Whether SWF does not know the task any more."""
        return self.board.word(Word.GONE) == self.number

    def beat(self, details: str | None) -> None:
        """Note a sign of life.

        Raises:
            SerializationError: for details longer than SWF takes.
        """
        check_details(details)
        if details is not None and self.encode is not None:
            details = self.encode(details)
        self.board.beat(details)

    def defer(self) -> str:
        """Leave the task open and give its token.

        Raises:
            OptionError: if it would time out, now that no heartbeat is sent any more.
        """
        return self.link.defer()

    def ran(self) -> None:
        """The code has ended: while its answer is on its way it needs no sign of life."""
        self.board.set(Word.RAN, self.number)


class BoardKeeper:
    """Writes a worker's tasks on its board (`flowy.worker.heartbeats.Keeper`)."""

    def __init__(self, board: Board, encode: Encode | None = None) -> None:
        self._board = board
        self._encode = encode
        board.set(Word.PID, os.getpid())

    @contextmanager
    def of(self, link: TaskLink) -> Iterator[BoardLink]:
        """While inside, the task is on the board."""
        board = self._board
        task = task_of(link, board, now_ms())
        board.begin(task)
        try:
            yield BoardLink(board, task.number, link, self._encode)
        finally:
            board.end()

    def time_left(self) -> float | None:
        """Seconds until the drain's end, once the supervisor has said when that is."""
        until = self._board.word(Word.DRAIN_UNTIL)
        return (until - now_ms()) / 1000 if until else None


def task_of(link: TaskLink, board: Board, now: int) -> BoardTask:
    """The next task of a board."""
    about = link.task
    return BoardTask(
        number=board.word(Word.NUMBER) + 1,
        token=link.token,
        began=now,
        pace=round(link.every * 1000),
        start_to_close=round(link.lasts * 1000),
        automatic=link.automatic,
        beats=board.word(Word.BEATS),
        type=about.type if about else "",
        workflow_id=about.workflow_id if about else "",
        run_id=about.run_id if about else "",
        activity_id=(about.activity_id or "") if about else "",
    )


def now_ms() -> int:
    """The clock that all processes of this host share."""
    return time.monotonic_ns() // 1_000_000
