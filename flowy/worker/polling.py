"""The poll loop that both workers share: it yields tasks until it is told to stop."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import TypeVar

import structlog

from flowy.errors import ServiceError, Throttled
from flowy.worker.backoff import empty_delay, poll_delay
from flowy.worker.post import Post, Reporter, Stop

T = TypeVar("T")
_log = structlog.get_logger()

RELEASE_SECONDS = 0.25
"""A poll that was on its way when we released is met by the next release."""


def never() -> bool:
    """A list that is polled for as long as its worker works."""
    return False


def tasks(
    poll: Callable[[str, str], T | None],
    post: Post,
    stop: Stop,
    reporter: Reporter,
    over: Callable[[], bool] | None = None,
) -> Iterator[T]:
    """The tasks of a post's list. The poll in flight at a stop is finished and its task yielded.

    A list with `over` is emptied: it is polled after the stop until a poll finds nothing, or until
    that function says so.
    """
    failures, emptied, ended = 0, over is None, over or never
    patience = 0.0 if over is None else RELEASE_SECONDS
    with released(post, stop, patience) as flight:
        while not (ended() or (stop.is_set() and emptied)):
            reporter.polling()
            began = time.monotonic()
            flight.begin()
            try:
                task = poll(post.task_list, post.identity)
            except Exception as error:  # noqa: BLE001  # no failure of a poll may end the loop
                flight.end()
                failures, emptied = failures + 1, True
                told(error, failures, post, reporter, time.monotonic() - began)
                rest(post, stop, delay_after(error, failures, post))
                continue
            flight.end()
            failures, emptied = 0, over is None or task is None
            held = time.monotonic() - began
            reporter.polled("empty" if task is None else "task", held)
            if task is None:
                rest(post, stop, empty_delay(held))
            else:
                yield task
                rest(post, stop, 0.0)


def rest(post: Post, stop: Stop, seconds: float) -> None:
    """Wait before the next poll, longer if the worker's owner wants that; a stop ends it."""
    wanted = max(seconds, post.poll_delay())
    if wanted > 0:
        stop.wait(wanted)


def told(error: Exception, failures: int, post: Post, reporter: Reporter, held: float) -> None:
    """Report and log a poll that failed: the first of a row aloud, the others softly."""
    reporter.polled("throttled" if isinstance(error, Throttled) else "error", held)
    log = _log.bind(task_list=post.task_list, failures=failures)
    if not isinstance(error, ServiceError):
        log.error("poll failed", exc_info=error)
    elif failures == 1:
        log.warning("poll failed", error=str(error))
    else:
        log.debug("poll failed again", error=str(error))


def delay_after(error: Exception, failures: int, post: Post) -> float:
    """Seconds to wait after a poll that failed."""
    known = error if isinstance(error, ServiceError) else None
    jitter = random.random()  # noqa: S311  # spreads load, hides nothing
    return poll_delay(known, failures, loopback=post.client.loopback, jitter=jitter)


class Flight:
    """The poll that is on its way, if one is."""

    def __init__(self) -> None:
        self._since: float | None = None

    def begin(self) -> None:
        """A poll is sent."""
        self._since = time.monotonic()

    def end(self) -> None:
        """It was answered."""
        self._since = None

    def lasted(self) -> float:
        """Seconds since it was sent; less than 0 while none is on its way."""
        since = self._since
        return -1.0 if since is None else time.monotonic() - since


@contextmanager
def released(post: Post, stop: Stop, patience: float = 0.0) -> Iterator[Flight]:
    """While inside, a stop releases the poll in flight, where the server knows how to.

    A poll is left alone for so many seconds of patience, so that a task that waits is handed out.
    Where the worker's owner sees to it there is no thread for that.
    """
    over, flight = Event(), Flight()
    if not post.releases:
        yield flight
        return

    def release() -> None:
        stop.wait()
        while not over.is_set():
            known = flight.lasted() < patience or post.client.release_polls(post.identity)
            if not known and not post.client.loopback:
                return  # Amazon SWF does not: ask it no more than once
            over.wait(RELEASE_SECONDS)

    # A daemon: without a stop it would wait for one for ever.
    Thread(target=release, name="release", daemon=True).start()
    try:
        yield flight
    finally:
        over.set()
