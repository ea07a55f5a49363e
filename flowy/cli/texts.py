"""How times and events look on a terminal."""

from datetime import UTC, datetime

from flowy import references
from flowy.swf.events import Event
from flowy.swf.wire import attributes_to_wire

WIDTH = 60
"""Characters of one attribute that are shown."""


def moment(at: int | None) -> str:
    """A time in milliseconds, as UTC to the millisecond."""
    if at is None:
        return "-"
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(" ", "milliseconds")[:-6]


def event_line(event: Event) -> str:
    """One event in one line."""
    shown = attributes_to_wire(event.attributes).items()
    parts = [f"{name}={flat(value)}" for name, value in shown if value is not None]
    return f"{event.id:>5}  {moment(event.at)}  {event.type}  {' '.join(parts)}".rstrip()


def flat(value: object) -> str:
    """A short form of an attribute."""
    if isinstance(value, dict):
        return "/".join(map(str, value.values()))
    text = str(value)
    stored = references.find(text)
    if stored:
        return f"[stored: {', '.join(map(str, stored))}]"
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"
