"""What a poll brings: a decision task with its whole history, an activity or a lambda task."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from flowy.errors import UnreadableHistory
from flowy.swf.events import Event
from flowy.swf.values import ExecutionId, TypeId
from flowy.swf.wire import event_from_wire

Decode = Callable[[Event], Event]
"""Gives an event with its texts as they were before the codecs."""


def as_it_is(event: Event) -> Event:
    """Decode nothing."""
    return event


class DecisionTask(Struct, frozen=True):
    """A decision to make. `events` are all pages of the history, oldest first.

    `previous_started_event_id` is 0 before the first decision was completed. `unreadable` says what
    was wrong with events that we could not read, which are left out.
    """

    token: str
    execution: ExecutionId
    type: TypeId
    started_event_id: int
    previous_started_event_id: int
    events: list[Event]
    unreadable: str = ""


class ActivityTask(Struct, frozen=True):
    """An activity to run. `id` is the activityId that its decider chose."""

    token: str
    execution: ExecutionId
    id: str
    type: TypeId
    input: str | None
    started_event_id: int


class LambdaTask(Struct, frozen=True):
    """A function to run in the place of AWS Lambda. `name` is as the decider wrote it.

    `input` is the JSON text of the payload.
    """

    token: str
    execution: ExecutionId
    name: str
    input: str


def decision_task(
    wire: dict[str, Any], events: list[dict[str, Any]], decode: Decode = as_it_is
) -> DecisionTask:
    """Read a decision task from its first page and the events of all pages."""
    read, unreadable = readable(events, decode)
    return DecisionTask(
        token=wire["taskToken"],
        execution=msgspec.convert(wire["workflowExecution"], ExecutionId),
        type=msgspec.convert(wire["workflowType"], TypeId),
        started_event_id=wire["startedEventId"],
        previous_started_event_id=wire.get("previousStartedEventId", 0),
        events=read,
        unreadable=unreadable,
    )


def readable(events: list[dict[str, Any]], decode: Decode) -> tuple[list[Event], str]:
    """The events that can be read, and what is wrong with the last of the others."""
    read, unreadable = [], ""
    for event in events:
        try:
            read.append(decode(event_from_wire(event)))
        except UnreadableHistory as error:
            unreadable = str(error)
    return read, unreadable


def activity_task(wire: dict[str, Any]) -> ActivityTask:
    """Read an activity task."""
    return ActivityTask(
        token=wire["taskToken"],
        execution=msgspec.convert(wire["workflowExecution"], ExecutionId),
        id=wire["activityId"],
        type=msgspec.convert(wire["activityType"], TypeId),
        input=wire.get("input"),
        started_event_id=wire["startedEventId"],
    )


def lambda_task(wire: dict[str, Any]) -> LambdaTask:
    """Read a lambda task."""
    return LambdaTask(
        token=wire["taskToken"],
        execution=msgspec.convert(wire["workflowExecution"], ExecutionId),
        name=wire["name"],
        input=wire.get("input") or "{}",
    )
