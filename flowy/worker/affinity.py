"""Which list an execution's next decision task goes to: its decider's own, while it is kept. Pure.

SWF calls it a task list override. Nobody there within the schedule-to-start time-out: the task goes
back to the execution's own list, and another decider replays it.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from flowy.swf import limits
from flowy.swf.events import DecisionTaskCompleted, DecisionTaskScheduled, Event

SCHEDULE_TO_START = 5
"""Seconds that an execution waits for a decider that died with it."""

Standing = Literal["untried", "honoured", "ignored"]
"""What the service does with an override, as far as this decider has seen."""


class Route(NamedTuple):
    """What an answer says of the next decision task; None: nothing."""

    task_list: str | None = None
    schedule_to_start: str | None = None


def private_list(task_list: str, host: str, mark: str) -> str:
    """The name of a decider's own list; `mark` tells it from all others on that host."""
    tail = f".sticky.{host[: limits.NAME // 4].replace(':', '-')}.{mark}"
    return task_list[: limits.NAME - len(tail)] + tail


def standing_after(
    standing: Standing, events: Sequence[Event], last: int, private: str
) -> Standing:
    """The standing, once the events after an answer that named `private` are seen.

    `last` is the DecisionTaskStarted that was answered. The first task that was scheduled after the
    answer tells; one that waited already stays where it is.
    """
    if standing != "untried":
        return standing
    answered = 0
    for event in events:
        match event.attributes:
            case DecisionTaskCompleted(started_event_id=started) if started == last:
                answered = event.id
            case DecisionTaskScheduled(task_list=named) if answered:
                return "honoured" if named.name == private else "ignored"
            case _:
                pass
    return "untried"


def route(task_list: str, private: str, *, stays: bool) -> Route:
    """Where the next decision task goes: to the decider that keeps the execution, if it stays.

    An answer without a list would leave the one before in force: so the original is named.
    """
    return Route(private, str(SCHEDULE_TO_START)) if stays else Route(task_list)
