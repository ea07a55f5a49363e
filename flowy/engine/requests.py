"""From bytes to requests: what httptools parses, within limits."""

from collections import deque
from typing import Literal

import httptools
from msgspec import Struct, field

from flowy.swf.limits import REQUEST_BYTES

HEADER_BYTES = 64 * 1024
QUEUED = 16
"""Requests of one connection that may wait for their turn before it is read no further."""
FREE_BYTES = 64 * 1024
"""Of each body: so nobody who sends large ones can keep a small one out."""
BODY_BYTES = 64 * 1024 * 1024
"""What the bodies of all connections may take together, beyond what is free."""

Refusal = Literal["", "too large", "no room"]


class Request(Struct):
    """One request. `target` is the X-Amz-Target header; a body that is refused is not kept.

    `headers` holds all of them as they came; `url` is path and query.
    """

    method: str = "POST"
    url: str = ""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    target: str = ""
    content_type: str = ""
    authorization: str = ""
    body: bytearray = field(default_factory=bytearray)
    refusal: Refusal = ""
    keep_alive: bool = True
    expects_continue: bool = False


class NotHttp(Exception):
    """The bytes are not HTTP, or their headers are too long. Nothing can be answered."""


class Room:
    """How many bytes there are for bodies that are not carried out yet, of all connections."""

    def __init__(self, left: int = BODY_BYTES) -> None:
        self.left = left

    def take(self, size: int) -> bool:
        """Take so many bytes, if there are as many."""
        if size > self.left:
            return False
        self.left -= size
        return True


class RequestParser:
    """Feed it bytes as they come; whole requests pile up in `requests`: `take` them from there.

    A request that is refused is there as soon as that is known; `deaf` then says that what
    still comes is not worth reading. `within` is true in the middle of a request.
    """

    def __init__(self, room: Room | None = None) -> None:
        self.requests: deque[Request] = deque()
        self.within = False
        self.deaf = False
        self._room = room or Room()
        self._held = 0
        self._parser = httptools.HttpRequestParser(self)
        self._current = Request()
        self._header_bytes = 0
        self._completed = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes.

        Raises:
            NotHttp: after which the connection is of no use.
        """
        if self.deaf:
            return
        self._header_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            raise NotHttp(str(error)) from error
        if self._header_bytes > HEADER_BYTES:
            raise NotHttp(f"headers of more than {HEADER_BYTES} bytes")

    def take(self) -> Request:
        """Take the first of the requests that wait."""
        request = self.requests.popleft()
        self._give_back(_charged(len(request.body)))
        return request

    def forget(self) -> None:
        """Drop everything: the client has gone."""
        self.requests.clear()
        self.deaf = True
        self._give_back(self._held)

    def _give_back(self, size: int) -> None:
        self._held -= size
        self._room.left += size

    def _refuse(self, why: Refusal) -> None:
        current = self._current
        self._give_back(_charged(len(current.body)))
        current.body.clear()
        current.refusal = why
        current.keep_alive = False
        self.requests.append(current)
        self.deaf = True

    # What httptools calls, under the names it wants.

    def on_message_begin(self) -> None:
        self._current = Request()
        self.within = True

    def on_url(self, url: bytes) -> None:
        self._current.url += url.decode("latin-1")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._current.headers.append((name, value))
        key = name.lower()
        if key == b"x-amz-target":
            self._current.target = value.decode("latin-1")
        elif key == b"content-type":
            self._current.content_type = value.decode("latin-1")
        elif key == b"authorization":
            self._current.authorization = value.decode("latin-1")
        elif key == b"content-length" and value.isdigit() and int(value) > REQUEST_BYTES:
            self._current.refusal = "too large"
        elif key == b"expect":
            self._current.expects_continue = True

    def on_headers_complete(self) -> None:
        self._header_bytes = 0
        self._current.keep_alive = self._parser.should_keep_alive()
        self._current.method = self._parser.get_method().decode("latin-1")
        if self._current.refusal and not self.deaf:
            self._refuse(self._current.refusal)

    def on_body(self, data: bytes) -> None:
        self._header_bytes = 0
        if self.deaf:
            return
        body = self._current.body
        size = len(body) + len(data)
        charge = _charged(size) - _charged(len(body))
        if size > REQUEST_BYTES:
            self._refuse("too large")
        elif not self._room.take(charge):
            self._refuse("no room")
        else:
            self._held += charge
            body += data

    def on_message_complete(self) -> None:
        self._header_bytes = 0
        self._completed = True
        self.within = False
        if not self.deaf:
            self.requests.append(self._current)

    @property
    def is_full(self) -> bool:
        """Whether enough waits: then the client is read no further."""
        waiting = self.requests
        if len(waiting) < 2:
            return False  # as nearly always
        return len(waiting) >= QUEUED or sum(len(r.body) for r in waiting) > REQUEST_BYTES

    def take_completed(self) -> bool:
        """Whether a request has become whole since this was last asked."""
        completed, self._completed = self._completed, False
        return completed

    def wants_continue(self) -> bool:
        """Whether the client waits to hear that its body is welcome; true once per request."""
        wants = self._current.expects_continue and not self.deaf and self.within
        self._current.expects_continue = False
        return wants


def _charged(size: int) -> int:
    return max(0, size - FREE_BYTES)
