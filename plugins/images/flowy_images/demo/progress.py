"""How far an execution is, read from its history. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from flowy.swf.events import (
    ActivityTaskCompleted,
    ActivityTaskFailed,
    ActivityTaskScheduled,
    ActivityTaskTimedOut,
    Event,
)

STEPS = {
    "DownloadPicture": "download",
    "ResizePicture": "resize",
    "PredominantColour": "colour",
    "MovePicture": "move",
}
"""The activity types of one picture in their order, and what people call them."""


@dataclass(frozen=True, slots=True)
class Step:
    """How many pictures have begun and ended a step; `failed` counts attempts, not pictures."""

    begun: int = 0
    done: int = 0
    failed: int = 0


def steps(events: Iterable[Event]) -> dict[str, Step]:
    """Where the execution with this history is: activity type -> step."""
    found = dict.fromkeys(STEPS, Step())
    scheduled: dict[int, str] = {}
    for event in events:
        match event.attributes:
            case ActivityTaskScheduled() as task if task.activity_type.name in found:
                scheduled[event.id] = task.activity_type.name
                advance(found, task.activity_type.name, begun=1)
            case ActivityTaskCompleted() as task:
                advance(found, scheduled.get(task.scheduled_event_id), done=1)
            case ActivityTaskFailed() | ActivityTaskTimedOut() as task:
                # The next attempt is scheduled anew and counts again as begun.
                advance(found, scheduled.get(task.scheduled_event_id), begun=-1, failed=1)
            case _:
                pass
    return found


def advance(
    found: dict[str, Step], name: str | None, begun: int = 0, done: int = 0, failed: int = 0
) -> None:
    """Add to the counts of a step; activities that are none of ours are passed over."""
    if name is not None:
        step = found[name]
        found[name] = replace(
            step, begun=step.begun + begun, done=step.done + done, failed=step.failed + failed
        )


def line(found: dict[str, Step], total: int) -> str:
    """The state in one line of text, for where no terminal is."""
    return "  ".join(
        f"{word} {found[name].done}/{total}"
        + (f" ({found[name].failed} failed)" * bool(found[name].failed))
        for name, word in STEPS.items()
    )
