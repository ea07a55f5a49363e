"""What goes over the control sockets. Pure.

A request is one line of JSON, at most 64 KiB; a reply is four bytes of length, most significant
first, and that many bytes of JSON. Both carry the version of this protocol.
"""

from typing import Literal

import msgspec
from msgspec import Struct

VERSION = 1
REQUEST_BYTES = 64 * 1024
LENGTH_BYTES = 4

Op = Literal["status", "metrics", "stop"]
READS = frozenset({"status", "metrics"})
"""What `status.sock` answers; `ctl.sock` answers everything."""


class Request(Struct, frozen=True):
    """One request: the protocol's version and the operation."""

    op: Op
    v: int = VERSION


class Reply(Struct, frozen=True):
    """One reply: `result`, or in `error` what was wrong with the request."""

    v: int = VERSION
    result: msgspec.Raw = msgspec.Raw(b"null")
    error: str | None = None


class Refused(Exception):
    """A request that is not answered, with the reason for the one who asked."""


def read_request(line: bytes, *, may_control: bool) -> Request:
    """The request of a line.

    Raises:
        Refused: if it is not JSON, of another version or unknown, or not for this socket.
    """
    try:
        request = msgspec.json.decode(line, type=Request)
    except msgspec.DecodeError as error:  # also a ValidationError: an unknown op
        raise Refused(f"not a request: {error}") from error
    if request.v != VERSION:
        raise Refused(f"this flowyd speaks version {VERSION} of the control protocol")
    if request.op not in READS and not may_control:
        raise Refused(f"{request.op!r} is answered on ctl.sock only")
    return request


def write_request(op: Op) -> bytes:
    """The line of a request."""
    return msgspec.json.encode(Request(op)) + b"\n"


def write_reply(result: object) -> bytes:
    """A framed reply with a result."""
    return frame(Reply(result=msgspec.Raw(msgspec.json.encode(result))))


def write_refusal(reason: str) -> bytes:
    """A framed reply that says no."""
    return frame(Reply(error=reason))


def frame(reply: Reply) -> bytes:
    """A reply with its length before it."""
    text = msgspec.json.encode(reply)
    return len(text).to_bytes(LENGTH_BYTES, "big") + text


def read_reply(text: bytes) -> Reply:
    """The reply in a frame.

    Raises:
        msgspec.DecodeError: if it is none.
    """
    return msgspec.json.decode(text, type=Reply)
