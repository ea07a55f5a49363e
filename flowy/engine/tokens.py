"""Task tokens and page tokens: opaque text outside, small tuples inside.

A token needs no store, so it stays valid over a restart of the engine.
"""

import base64
import binascii
import zlib
from typing import Any

import msgspec
from msgspec import Struct

from flowy.engine.core import faults


class TaskToken(Struct, frozen=True, array_like=True):
    """One start of one task. `kind` is "a" for activities, "d" for decision tasks."""

    kind: str
    run_id: str
    scheduled_id: int
    started_id: int


class PageToken(Struct, frozen=True, array_like=True):
    """Where a list goes on. `digest` is that of the call's arguments, `made_at` milliseconds."""

    call: str
    digest: int
    made_at: int
    position: list[Any]


def seal(token: TaskToken | PageToken) -> str:
    """Write a token as text, with a check sum."""
    body = msgspec.json.encode(token)
    return base64.b64encode(zlib.crc32(body).to_bytes(4, "big") + body).decode()


def _unseal(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise faults.invalid_token() from None
    if zlib.crc32(raw[4:]).to_bytes(4, "big") != raw[:4]:
        raise faults.invalid_token()
    return raw[4:]


def read_task_token(text: str, kind: str) -> TaskToken:
    """Read a task token.

    Raises:
        Refused: "Invalid token", if it was not made by `seal` or is of another kind.
    """
    try:
        token = msgspec.json.decode(_unseal(text), type=TaskToken)
    except msgspec.DecodeError:
        raise faults.invalid_token() from None
    if token.kind != kind:
        raise faults.invalid_token()
    return token


def digest(arguments: dict[str, Any]) -> int:
    """Sum up the arguments of a listing call, without the page token."""
    kept = {member: value for member, value in arguments.items() if member != "nextPageToken"}
    return zlib.crc32(msgspec.json.encode(kept, order="deterministic"))


def read_page_token(text: str, call: str, summed: int, now: int, lifetime: int) -> list[Any]:
    """Read the position in a page token.

    Raises:
        Refused: if it is malformed, of another call, or older than `lifetime` (ms).
    """
    try:
        token = msgspec.json.decode(_unseal(text), type=PageToken)
    except msgspec.DecodeError:
        raise faults.invalid_token() from None
    if token.call != call or token.digest != summed:
        raise faults.invalid_token()
    if now - token.made_at > lifetime:
        raise faults.invalid("Specified token has exceeded its maximum lifetime")
    return token.position
