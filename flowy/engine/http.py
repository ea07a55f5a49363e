"""HTTP/1.1 for the engine: one asyncio protocol per connection, parsed by httptools."""

import asyncio
import select
import uuid
from collections import deque
from collections.abc import Callable
from typing import cast

import httptools
from msgspec import Struct

from flowy.engine.core import faults
from flowy.engine.polls import Presence
from flowy.engine.service import Service, fault_body
from flowy.swf.limits import REQUEST_BYTES

HEADER_BYTES = 64 * 1024
QUEUED = 16
"""Requests of one connection that may wait for their turn before it is read no further."""
REASONS = {200: "OK", 400: "Bad Request", 413: "Content Too Large", 500: "Internal Server Error"}
_DEFAULT_REGION = "us-east-1"


class Request(Struct):
    """One request as it arrives. `target` is the X-Amz-Target header."""

    target: str = ""
    content_type: str = ""
    authorization: str = ""
    body: bytearray | None = None
    header_bytes: int = 0
    too_large: bool = False
    keep_alive: bool = True
    is_post: bool = True


class Connection(asyncio.Protocol):
    """One client. Its requests are carried out one after the other, its answers sent in order.

    A connection without a whole request costs its socket and this object, nothing else.
    """

    def __init__(
        self, service: Service, wake: Callable[[], None], connections: set["Connection"]
    ) -> None:
        self._service = service
        self._wake = wake
        self._connections = connections
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._incoming = Request()
        self._waiting: deque[Request] = deque()
        self._current: Request | None = None
        self._writable = True
        self.partial_since: float | None = None

    # -- asyncio ---------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's name
        self._transport = None
        self._waiting.clear()
        self._connections.discard(self)
        self._service.connection_lost(self)

    def data_received(self, data: bytes) -> None:
        if self.partial_since is None:
            self.partial_since = asyncio.get_running_loop().time()
        self._incoming.header_bytes += len(data) if self._incoming.body is None else 0
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.close()
            return
        if self._incoming.body is None and self._incoming.header_bytes > HEADER_BYTES:
            self.close()
        elif self._transport and len(self._waiting) >= QUEUED:
            self._transport.pause_reading()

    def pause_writing(self) -> None:
        self._writable = False

    def resume_writing(self) -> None:
        self._writable = True
        self._next()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    # -- httptools -------------------------------------------------------------------------

    def on_header(self, name: bytes, value: bytes) -> None:
        key = name.lower()
        if key == b"x-amz-target":
            self._incoming.target = value.decode("latin-1")
        elif key == b"content-type":
            self._incoming.content_type = value.decode("latin-1")
        elif key == b"authorization":
            self._incoming.authorization = value.decode("latin-1")
        elif key == b"content-length":
            self._incoming.too_large = value.isdigit() and int(value) > REQUEST_BYTES
        elif key == b"expect" and self._transport is not None:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_headers_complete(self) -> None:
        self._incoming.body = bytearray()
        self._incoming.keep_alive = self._parser.should_keep_alive()
        self._incoming.is_post = self._parser.get_method() == b"POST"
        if self._incoming.too_large:
            self._refuse_large()

    def on_body(self, data: bytes) -> None:
        body = self._incoming.body
        if body is not None and not self._incoming.too_large:
            body += data
            if len(body) > REQUEST_BYTES:
                self._incoming.too_large = True
                self._refuse_large()

    def on_message_complete(self) -> None:
        request, self._incoming = self._incoming, Request()
        self.partial_since = None
        if not request.too_large:
            self._waiting.append(request)
            self._next()

    # -- requests and answers --------------------------------------------------------------

    def _refuse_large(self) -> None:
        """Answer at once and hang up: what is still to come is not worth reading."""
        text = f"A request may have {REQUEST_BYTES} bytes at most"
        fault = faults.Refused(
            "RequestEntityTooLargeException", text, namespace="com.amazon.coral.service", status=413
        )
        self._incoming.keep_alive = False
        self._waiting.clear()
        self._current = self._incoming
        self.answer(fault.status, fault_body(fault))

    def _next(self) -> None:
        if self._current is not None or not self._waiting or not self._writable:
            return
        self._current = request = self._waiting.popleft()
        if self._transport is not None and len(self._waiting) < QUEUED:
            self._transport.resume_reading()
        service, _, operation = request.target.rpartition(".")
        known = request.is_post and service.rpartition(".")[2] == "SimpleWorkflowService"
        body = bytes(request.body or b"")
        self._service.call(operation if known else "", body, self, _region(request.authorization))
        self._wake()

    def presence(self) -> Presence:
        """Whether the client is there; "unsure" if there is something to read, perhaps its end."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return "gone"
        return "unsure" if transport.is_reading() and _readable(transport) else "here"

    def answer(self, status: int, body: bytes) -> None:
        """Send the answer to the current request, and go on with the next one."""
        request, self._current = self._current, None
        if self._transport is None or request is None:
            return
        old = not request.content_type.startswith("application/x-amz-json")
        kind = "application/json" if old else "application/x-amz-json-1.0"
        close = "" if request.keep_alive else "Connection: close\r\n"
        head = (
            f"HTTP/1.1 {status} {REASONS.get(status, '')}\r\nx-amzn-requestid: {uuid.uuid4()}\r\n"
            f"Content-Type: {kind}\r\n{close}Content-Length: {len(body)}\r\n\r\n"
        )
        self._transport.write(head.encode() + body)
        if request.keep_alive:
            self._next()
        else:
            self._transport.close()


def _region(authorization: str) -> str:
    """Read the region in a credential scope: KEY/DATE/REGION/swf/aws4_request."""
    _, _, credential = authorization.partition("Credential=")
    parts = credential.split(",")[0].split("/")
    return parts[2] if len(parts) >= 5 else _DEFAULT_REGION


def _readable(transport: asyncio.Transport) -> bool:
    number = transport.get_extra_info("socket").fileno()
    if hasattr(select, "poll"):
        poller = select.poll()
        poller.register(number, select.POLLIN)
        return bool(poller.poll(0))
    return bool(select.select([number], [], [], 0)[0])  # Windows has no poll
