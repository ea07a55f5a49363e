"""The heartbeats of one worker process: a thread that is idle between tasks.

An activity may call `heartbeat` a million times; SWF hears of it at half of the effective time-out.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Protocol, Self

import structlog

from flowy._activity import Link
from flowy.errors import OptionError, SerializationError, ServiceError, UnknownResource
from flowy.swf import limits
from flowy.worker.backoff import answer_delay
from flowy.worker.post import Service, Stop, TaskSummary

_log = structlog.get_logger()

LEAVE_SECONDS = 5.0
"""How long the end of a worker waits for a heartbeat on its way; after a task nobody needs it."""


@dataclass(slots=True)
class TaskLink:
    """The way from one running activity to its worker (`flowy._activity.Link`).

    A heartbeat is due `every` so many seconds; an `automatic` one is sent then, another as soon as
    the code has given a sign of life since the last. The activity's thread writes `beats` and
    `details`, the heartbeat thread the other flags: each has one writer, so no lock is needed.
    `may_defer` is whether the task lives on when nobody sends its heartbeats, `lasts` is after how
    many seconds it times out.
    """

    token: str
    every: float
    automatic: bool
    cut: Stop | None = None
    may_defer: bool = True
    lasts: float = limits.YEAR
    task: TaskSummary | None = None
    wake: Callable[[], None] = field(default=lambda: None)
    overdue: bool = False
    beats: int = 0
    details: str | None = None
    canceled: bool = False
    gone: bool = False

    @property
    def stopping(self) -> bool:
        """Whether the worker wants the activity to end."""
        return self.cut is not None and self.cut.is_set()

    def beat(self, details: str | None) -> None:
        """Note a sign of life; details that are given replace the last ones.

        Raises:
            SerializationError: for details longer than SWF takes.
        """
        check_details(details)
        self.details = self.details if details is None else details
        self.beats += 1
        if self.overdue:
            self.wake()

    def defer(self) -> str:
        """Leave the task open and give its token.

        Raises:
            OptionError: if it would time out, now that no heartbeat is sent any more.
        """
        if not self.may_defer:
            raise OptionError(
                f"its automatic heartbeat ends here: SWF would time it out in {2 * self.every:g} s",
                hint="a task that is deferred needs heartbeat=None",
            )
        return self.token

    def ran(self) -> None:
        """The code has ended: while its answer is on its way it needs no sign of life."""
        was_manual, self.automatic = not self.automatic, True
        if was_manual and self.overdue:
            self.wake()


def check_details(details: str | None) -> None:
    """Look at a heartbeat's details.

    Raises:
        SerializationError: if they are longer than SWF takes.
    """
    if details is not None and len(details) > limits.HEARTBEAT_DETAILS:
        raise SerializationError(
            f"{len(details):,} characters, SWF takes {limits.HEARTBEAT_DETAILS:,}",
            where="heartbeat details",
            hint="store it elsewhere and give where it is",
        )


class KeptLink(Link, Protocol):
    """A link whose keeper is told when the code has ended."""

    def ran(self) -> None:
        """The code has ended; its answer is on its way."""


class Keeper(Protocol):
    """Who sees to the heartbeats of a worker's tasks."""

    def of(self, link: TaskLink) -> AbstractContextManager[KeptLink]:
        """While inside, the link's heartbeats are sent; the code gets the link that this gives."""

    def time_left(self) -> float | None:
        """Seconds until a running task is cut; None: it may run to its end."""


class Heartbeats:
    """Sends what links note. Use it as a context manager around a worker's life."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._changed = Condition()
        self._link: TaskLink | None = None
        self._closed = False
        self._thread = Thread(target=self._run, name="heartbeats", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(LEAVE_SECONDS)

    @contextmanager
    def of(self, link: TaskLink) -> Iterator[TaskLink]:
        """While inside, the link's heartbeats are sent."""
        link.wake = self._wake
        self._serve(link)
        try:
            yield link
        finally:
            self._serve(None)

    def time_left(self) -> float | None:
        """Nobody cuts these workers' tasks."""
        return None

    def _serve(self, link: TaskLink | None) -> None:
        with self._changed:
            self._link = link
            self._changed.notify()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify()

    def _run(self) -> None:
        """Serve one link after the other."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._link is not None)
                if self._closed:
                    return
                link = self._link
            if link is not None:
                self._keep(link)

    def _keep(self, link: TaskLink) -> None:
        """Send one link's heartbeats until it ends or nobody wants them."""
        sent = failures = 0
        delay = link.every
        while not self._ended(link, delay) and self._alive(link, sent):
            beats = link.beats
            if self._send(link):
                sent, failures, delay = beats, 0, link.every
            else:
                failures += 1
                delay = self._retry(link, failures)
        with self._changed:  # one that is gone stays until its activity notices
            self._changed.wait_for(lambda: self._over(link))

    def _over(self, link: TaskLink) -> bool:
        return self._closed or self._link is not link

    def _ended(self, link: TaskLink, seconds: float) -> bool:
        """Whether the link ends within so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._over(link), timeout=seconds)
            return self._over(link) or link.gone

    def _alive(self, link: TaskLink, sent: int) -> bool:
        """Wait for a sign of life that was not sent yet; False: the link ended before."""
        if link.automatic:
            return True
        link.overdue = True
        with self._changed:
            self._changed.wait_for(lambda: self._over(link) or link.automatic or link.beats > sent)
        link.overdue = False
        return not self._over(link)

    def _send(self, link: TaskLink) -> bool:
        """Send one heartbeat; False: try again soon."""
        try:
            asked = self._service.heartbeat(link.token, link.details)
        except UnknownResource:
            link.gone = True
        except ServiceError as error:
            _log.warning("heartbeat failed", error=str(error))
            return False
        else:
            link.canceled = link.canceled or asked
        return True

    def _retry(self, link: TaskLink, failures: int) -> float:
        """Seconds until the next attempt: before the time-out, if that can be."""
        jitter = random.random()  # noqa: S311  # spreads load, hides nothing
        delay = answer_delay(failures, loopback=self._service.loopback, jitter=jitter)
        return min(delay, link.every)
