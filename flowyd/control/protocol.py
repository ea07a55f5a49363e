"""What goes over the control sockets. Pure.

A request is one line of JSON, at most 64 KiB; a reply is four bytes of length, most significant
first, and that many bytes of JSON. Both carry the version of this protocol.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

VERSION = 1
REQUEST_BYTES = 64 * 1024
LENGTH_BYTES = 4

MOST_PROCESSES = 1_000


class Versioned(Struct, frozen=True, tag_field="op", forbid_unknown_fields=True, kw_only=True):
    """What each request carries besides its operation."""

    v: int = VERSION


class GetStatus(Versioned, frozen=True, tag="status"):
    """The daemon's status."""


class GetMetrics(Versioned, frozen=True, tag="metrics"):
    """The metrics, as Prometheus reads them."""


class Stop(Versioned, frozen=True, tag="stop"):
    """Stop the daemon; the connection ends with it."""


class Reload(Versioned, frozen=True, tag="reload"):
    """Load the code and the configuration that are on disk; the reply tells the `ask`.

    With `replay_open` the new code is refused unless it replays the executions that are open.
    """

    replay_open: bool = False


class Pause(Versioned, frozen=True, tag="pause"):
    """Have a pool take no tasks."""

    pool: str


class Resume(Versioned, frozen=True, tag="resume"):
    """Have a paused or held pool work again."""

    pool: str


class Scale(Versioned, frozen=True, tag="scale"):
    """Have another number of workers in a pool."""

    pool: str
    processes: Annotated[int, Meta(ge=0, le=MOST_PROCESSES)]


class Restart(Versioned, frozen=True, tag="restart"):
    """Replace the workers of a pool, or the one in a slot."""

    pool: str
    slot: Annotated[int, Meta(ge=0)] | None = None


class Stacks(Versioned, frozen=True, tag="stacks"):
    """Have workers write their stacks; with `collect`, what those that were asked have written."""

    pool: str | None = None
    slot: Annotated[int, Meta(ge=0)] | None = None
    collect: bool = False


Request = GetStatus | GetMetrics | Stop | Reload | Stacks | Pause | Resume | Scale | Restart
OfPool = Pause | Resume | Scale | Restart
READS = (GetStatus, GetMetrics)
"""What `status.sock` answers; `ctl.sock` answers everything."""


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
        request: Request = msgspec.json.decode(line, type=Request)
    except msgspec.DecodeError as error:  # also a ValidationError: an unknown op
        raise Refused(f"not a request: {error}") from error
    if request.v != VERSION:
        raise Refused(f"this flowyd speaks version {VERSION} of the control protocol")
    if not may_control and not isinstance(request, READS):
        tag = request.__struct_config__.tag
        raise Refused(f"{tag!r} is answered on ctl.sock only")
    return request


def write_request(request: Request) -> bytes:
    """The line of a request."""
    return msgspec.json.encode(request) + b"\n"


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
