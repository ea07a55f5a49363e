"""Replay: run a workflow's code over a recorded history, and see that it asks for the same."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, assert_never

import msgspec

from flowy.client import Handle
from flowy.decider.answers import Broken, Decided, NonDeterminism, Stale
from flowy.decider.decide import Load, no_store, supplied
from flowy.decider.execution import Execution
from flowy.decider.turns import cut
from flowy.errors import NonDeterminismError, UnreadableHistory
from flowy.registry import Registry
from flowy.slices import workflow_of
from flowy.swf.events import Event, WorkflowExecutionStarted
from flowy.swf.values import ExecutionId
from flowy.swf.wire import event_from_wire, event_to_wire
from flowy.testing.doubles import Doubles

History = Handle | str | Path | Mapping[str, Any] | Iterable[Event | Mapping[str, Any]]
"""A run's handle, a file, an answer of GetWorkflowExecutionHistory, or the events themselves."""

NOBODY = ExecutionId("replay", "replay")


class Recorded(NamedTuple):
    """A history and whose it is."""

    events: list[Event]
    execution: ExecutionId


def replay(
    history: History,
    *workflows: Any,
    activities: Iterable[Any] = (),
    execution: ExecutionId | None = None,
) -> int:
    """Replay a history, whole or not, with the code of the workflow that it is of.

    Returns how many turns (decisions) were replayed.

    Args:
        history: a handle's, or a file: what `save_history`, `flowy history --json` or `aws swf
            get-workflow-execution-history` wrote, also in pages; or events, ours or SWF's own.
        workflows: decorated workflow classes, the right one among them.
        activities: decorated activities that their proxies only name.
        execution: whose history it is, where that cannot be read from it: `self.random` needs it.

    Raises:
        NonDeterminismError: if the code asks for something else than what is recorded.
        UnknownType: if the history is of none of these workflows.
        UnreadableHistory: if it is no history.
    """
    registry = Doubles()
    for workflow in workflows:
        registry.learn(workflow)
    for activity in activities:
        registry.add(activity)
    recorded = read(history)
    if isinstance(history, Handle):
        registry.vocabulary.add(history.converter.forms)
        registry.vocabulary.allow(history.swf.payloads.longest)
    load = load_of(history)
    return replay_events(recorded.events, execution or recorded.execution, registry, load)


def load_of(history: History) -> Load:
    """What brings stored payloads: of a handle its client's store, else nobody."""
    return history.swf.payloads.load if isinstance(history, Handle) else no_store


def save_history(path: str | Path, handle: Handle) -> None:
    """Write a run's history into a file that `replay` reads: a test for the next release."""
    wire = {
        "execution": msgspec.to_builtins(handle.execution),
        "events": [event_to_wire(event) for event in handle.history()],
    }
    Path(path).write_text(json.dumps(wire, indent=1) + "\n", encoding="utf-8")


def replay_events(
    events: list[Event], execution: ExecutionId, registry: Registry, load: Load = no_store
) -> int:
    """Replay what `replay` read; how many turns that were. `load` brings what a store holds.

    Raises:
        PayloadError: if something that the code needs is not there.
        NonDeterminismError: if the code asks for something else than what is recorded.
        UnknownType: if the registry does not know the workflow.
        UnreadableHistory: if it is no history.
    """
    first = events[0].attributes if events else None
    if not isinstance(first, WorkflowExecutionStarted):
        raise UnreadableHistory("a history begins with WorkflowExecutionStarted, this one does not")
    definition = workflow_of(registry, first.workflow_type)
    turns = cut(events).turns
    if not turns:
        return 0  # nothing was ever decided
    running = Execution(definition, execution, registry)
    try:
        answer = supplied(running, running.activate(events), load)
    finally:
        running.evict()
    match answer:
        case Decided():
            return sum(1 for turn in turns if turn.completed)
        case NonDeterminism(message):
            raise NonDeterminismError(message)
        case Broken(error):
            raise error
        case Stale(why):
            raise UnreadableHistory(why)
        case _:
            assert_never(answer)


def read(history: History) -> Recorded:
    """A history in any of its forms.

    Raises:
        UnreadableHistory: if it is none of them.
    """
    if isinstance(history, Handle):
        return Recorded(list(history.history()), history.execution)
    if isinstance(history, str | Path):
        return read(parsed(Path(history)))
    if isinstance(history, Mapping):
        owner = history.get("execution") or history.get("workflowExecution")
        execution = msgspec.convert(owner, ExecutionId) if owner else NOBODY
        return Recorded(read(history.get("events", [])).events, execution)
    events = [event_of(event) for item in history for event in opened(item)]
    return Recorded(sorted(events, key=lambda event: event.id), NOBODY)


def opened(item: Event | Mapping[str, Any]) -> Iterable[Event | Mapping[str, Any]]:
    """The events of a page, or the one event that the item is."""
    if isinstance(item, Mapping) and "events" in item:
        page: Iterable[Mapping[str, Any]] = item["events"]
        return page
    return (item,)


def parsed(path: Path) -> Mapping[str, Any] | list[Mapping[str, Any]]:
    """The JSON of a file: an object, an array, or an event or a page of them in each line.

    Raises:
        UnreadableHistory: for a file with something else in it.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableHistory(f"{path} cannot be read: {error}") from error
    for lines in (text, f"[{','.join(text.splitlines())}]"):
        try:
            data = json.loads(lines)
        except ValueError:
            continue
        if isinstance(data, list):
            return data
        if isinstance(data, dict) and "events" in data:
            return data
    raise UnreadableHistory(f"{path} holds no history", hint="write it with save_history")


def event_of(event: Event | Mapping[str, Any]) -> Event:
    """An event, also of boto3's or the AWS command's, which write its time in other ways."""
    if isinstance(event, Event):
        return event
    try:
        at = event.get("eventTimestamp", 0)
        if isinstance(at, str):
            at = datetime.fromisoformat(at)
        seconds = at.timestamp() if isinstance(at, datetime) else at
        return event_from_wire({**event, "eventTimestamp": seconds})
    except (AttributeError, KeyError, TypeError, ValueError, msgspec.ValidationError) as error:
        raise UnreadableHistory(f"{event!r:.200} is no event of SWF's: {error}") from error
