"""From bytes to requests: what httptools parses, within limits."""

from collections import deque

import httptools
from msgspec import Struct, field

from flowy.swf.limits import REQUEST_BYTES

HEADER_BYTES = 64 * 1024
QUEUED = 16
"""Requests of one connection that may wait for their turn before it is read no further."""


class Request(Struct):
    """One request. `target` is the X-Amz-Target header; a body that is too large is not kept.

    `headers` holds all of them as they came; `url` is path and query.
    """

    method: str = "POST"
    url: str = ""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    target: str = ""
    content_type: str = ""
    authorization: str = ""
    body: bytearray = field(default_factory=bytearray)
    too_large: bool = False
    keep_alive: bool = True
    expects_continue: bool = False


class NotHttp(Exception):
    """The bytes are not HTTP, or their headers are too long. Nothing can be answered."""


class RequestParser:
    """Feed it bytes as they come; whole requests pile up in `requests`.

    A request that is too large is there as soon as that is known; `deaf` then says that what
    still comes is not worth reading. `within` is true in the middle of a request.
    """

    def __init__(self) -> None:
        self.requests: deque[Request] = deque()
        self.within = False
        self.deaf = False
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
        if self._current.too_large:
            self.requests.append(self._current)
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
        elif key == b"content-length":
            self._current.too_large = value.isdigit() and int(value) > REQUEST_BYTES
        elif key == b"expect":
            self._current.expects_continue = True

    def on_headers_complete(self) -> None:
        self._header_bytes = 0
        self._current.keep_alive = self._parser.should_keep_alive()
        self._current.method = self._parser.get_method().decode("latin-1")

    def on_body(self, data: bytes) -> None:
        self._header_bytes = 0
        current = self._current
        current.too_large = current.too_large or len(current.body) + len(data) > REQUEST_BYTES
        if current.too_large:
            current.keep_alive = False
            current.body.clear()
        else:
            current.body += data

    def on_message_complete(self) -> None:
        self._header_bytes = 0
        self._completed = True
        self.within = False
        if not self._current.too_large:
            self.requests.append(self._current)
            self._current = Request()

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
        wants = self._current.expects_continue and not self._current.too_large and self.within
        self._current.expects_continue = False
        return wants
