"""Events and answers as JSON text: encoded once, compact, members in alphabetical order."""

from typing import Any

import msgspec

from flowy.engine.core.timestamps import write_timestamp
from flowy.swf.events import EVENTS, Event
from flowy.swf.wire import block_name, event_from_wire

_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder()
_BLOCKS = {kind: block_name(kind, "EventAttributes") for kind in EVENTS}


def encode(answer: Any) -> bytes:
    """Write an answer; `msgspec.Raw` parts go in as they are."""
    return _encoder.encode(answer)


def encode_event(event: Event) -> str:
    """Write an event as it stands in answers and in the store."""
    kind = event.type
    block = _BLOCKS[kind]
    attributes = f'"{block}":{_encoder.encode(event.attributes).decode()}'
    head = f'"eventId":{event.id},"eventTimestamp":{write_timestamp(event.at)},"eventType":"{kind}"'
    # No block sorts between the three: they begin with `a` to `d`, or after `eventType`.
    return f"{{{attributes},{head}}}" if block < "eventId" else f"{{{head},{attributes}}}"


def decode_event(text: str) -> Event:
    """Read an event that `encode_event` wrote."""
    return event_from_wire(_decoder.decode(text))
