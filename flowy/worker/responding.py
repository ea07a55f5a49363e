"""Answering a task until SWF has the answer, does not want it, or it is too late."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Literal, Protocol

from flowy.errors import ServiceError, ServiceUnreachable, Throttled, UnknownResource
from flowy.worker.backoff import answer_delay

Answer = Literal["answered", "gone", "refused", "expired"]
"""Taken; the task is closed; SWF finds fault with the answer; the task's time ran out."""


@dataclass(frozen=True, slots=True)
class Again:
    """Try again after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Over:
    """Nothing more to do."""

    answer: Answer


def after(error: ServiceError, *, unsure: bool, left: float, delay: float) -> Again | Over:
    """What to do after an attempt that failed.

    `unsure` says whether an earlier attempt may have been carried out, `left` how many seconds the
    task has, `delay` how long to wait before another attempt.
    """
    match error:
        case UnknownResource():  # after an attempt without an answer: that one counted
            return Over("answered" if unsure else "gone")
        case Throttled() | ServiceUnreachable():
            return Again(min(delay, left)) if left > 0 else Over("expired")
        case _:
            return Over("refused")


class Time(Protocol):
    """The time that passes for a worker, and its chance: the machine's, or a test's."""

    def monotonic(self) -> float:
        """Seconds since some moment."""

    def pause(self, seconds: float) -> None:
        """Let so many seconds pass."""

    def jitter(self) -> float:
        """A number in [0, 1) that spreads the waits of many workers."""


class MachineTime:
    """`time.monotonic`, and a pause that nobody cuts short."""

    def monotonic(self) -> float:
        return time.monotonic()

    def pause(self, seconds: float) -> None:
        Event().wait(seconds)

    def jitter(self) -> float:
        return random.random()  # noqa: S311  # spreads load, hides nothing


def respond(
    send: Callable[[], object], *, deadline: float, loopback: bool, time: Time | None = None
) -> tuple[Answer, ServiceError | None]:
    """Send an answer until it is taken; the last error tells why it was not.

    `deadline` is in seconds of `time.monotonic`. A stop of the worker does not cut this short.
    """
    tries, unsure, clock = 0, False, time or MachineTime()
    while True:
        try:
            send()
            return "answered", None
        except ServiceError as error:
            tries += 1
            delay = answer_delay(tries, loopback=loopback, jitter=clock.jitter())
            match after(error, unsure=unsure, left=deadline - clock.monotonic(), delay=delay):
                case Over(answer):
                    return answer, None if answer == "answered" else error
                case Again(seconds):
                    unsure = unsure or isinstance(error, ServiceUnreachable)
                    clock.pause(seconds)
