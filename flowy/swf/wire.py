"""Between SWF's JSON shapes and our values: the only place that knows the blocks' names."""

from typing import Any

import msgspec

from flowy.errors import UnreadableHistory
from flowy.swf.decisions import DECISIONS, Decision
from flowy.swf.events import EVENTS, Attributes, Event


def block_name(kind: str, suffix: str) -> str:
    """`block_name("TimerFired", "EventAttributes")` is `timerFiredEventAttributes`."""
    return f"{kind[0].lower()}{kind[1:]}{suffix}"


_EVENT_BLOCKS = {kind: block_name(kind, "EventAttributes") for kind in EVENTS}
_DECISION_BLOCKS = {kind: block_name(kind, "DecisionAttributes") for kind in DECISIONS}


def event_from_wire(wire: dict[str, Any]) -> Event:
    """Read one event of a history.

    `eventTimestamp` is a number of seconds. Unknown attributes are ignored, as SWF may add some.

    Raises:
        UnreadableHistory: for an unknown event type or attributes of the wrong shape.
    """
    kind = wire.get("eventType")
    if kind not in EVENTS:
        raise UnreadableHistory(f"event {wire.get('eventId')} has the unknown type {kind!r}")
    block = wire.get(_EVENT_BLOCKS[kind], {})
    try:
        attributes = msgspec.convert(block, EVENTS[kind])
    except msgspec.ValidationError as error:
        raise UnreadableHistory(f"event {wire.get('eventId')} {kind}: {error}") from error
    return Event(wire["eventId"], round(wire["eventTimestamp"] * 1000), attributes)


def event_to_wire(event: Event) -> dict[str, Any]:
    """Write one event with its keys in SWF's alphabetical order."""
    wire: dict[str, Any] = {
        "eventId": event.id,
        "eventTimestamp": event.at / 1000,
        "eventType": event.type,
        _EVENT_BLOCKS[event.type]: attributes_to_wire(event.attributes),
    }
    return dict(sorted(wire.items()))


def attributes_to_wire(attributes: Attributes | Decision) -> dict[str, Any]:
    """Write an attribute block alone, keys in alphabetical order."""
    block: dict[str, Any] = msgspec.to_builtins(attributes, order="sorted")
    return block


def decision_from_wire(wire: dict[str, Any]) -> Decision:
    """Read one decision of a RespondDecisionTaskCompleted request.

    Raises:
        msgspec.ValidationError: for attributes of the wrong shape.
        KeyError: for an unknown decisionType.
    """
    kind = wire["decisionType"]
    return msgspec.convert(wire.get(_DECISION_BLOCKS[kind], {}), DECISIONS[kind])


def decision_to_wire(decision: Decision) -> dict[str, Any]:
    """Write one decision as RespondDecisionTaskCompleted takes it."""
    return {
        "decisionType": decision.type,
        _DECISION_BLOCKS[decision.type]: attributes_to_wire(decision),
    }
