"""HTTP/1.1 for the engine: one asyncio protocol per connection."""

import asyncio
import select
import socket
import uuid
from collections.abc import Callable
from typing import cast

from flowy.engine.core import faults
from flowy.engine.polls import Presence
from flowy.engine.requests import NotHttp, Request, RequestParser
from flowy.engine.service import Service, fault_body
from flowy.swf.limits import REQUEST_BYTES

QUEUED = 16
"""Requests of one connection that may wait for their turn before it is read no further."""
REASONS = {200: "OK", 400: "Bad Request", 413: "Content Too Large", 500: "Internal Server Error"}
_DEFAULT_REGION = "us-east-1"


class Connection(asyncio.Protocol):
    """One client. Its requests are carried out one after the other, its answers sent in order.

    A connection without a whole request costs its socket and this object, nothing else.
    `partial_since` is the loop's time at which a request began that is not whole yet.
    """

    def __init__(
        self, service: Service, wake: Callable[[], None], connections: set["Connection"]
    ) -> None:
        self._service = service
        self._wake = wake
        self._connections = connections
        self._transport: asyncio.Transport | None = None
        self._parser = RequestParser()
        self._current: Request | None = None
        self._writable = True
        self.partial_since: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)
        _keep_alive(transport.get_extra_info("socket"))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's name
        self._transport = None
        self._parser.requests.clear()
        self._connections.discard(self)
        self._service.connection_lost(self)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed(data)
        except NotHttp:
            self.close()
            return
        if not (self._parser.within or self._parser.deaf):
            self.partial_since = None
        elif self.partial_since is None:
            self.partial_since = asyncio.get_running_loop().time()
        if self._transport is not None:
            if self._parser.wants_continue():
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            if len(self._parser.requests) >= QUEUED:
                self._transport.pause_reading()
        self._next()

    def pause_writing(self) -> None:
        self._writable = False

    def resume_writing(self) -> None:
        self._writable = True
        self._next()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _next(self) -> None:
        """Begin the next request, if there is one and the answer before it has been read."""
        waiting = self._parser.requests
        if self._current is not None or not waiting or not self._writable:
            return
        self._current = request = waiting.popleft()
        if self._transport is not None and len(waiting) < QUEUED:
            self._transport.resume_reading()
        if request.too_large:
            self.answer(413, _TOO_LARGE)
            return
        service, _, operation = request.target.rpartition(".")
        known = request.is_post and service.rpartition(".")[2] == "SimpleWorkflowService"
        region = _region(request.authorization)
        self._service.call(operation if known else "", bytes(request.body), self, region)
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
        self._transport.write(_head(request, status, len(body)) + body)
        if request.too_large:
            # Hanging up while it still sends would reset the connection and lose the answer.
            self._transport.write_eof()
        elif request.keep_alive:
            self._next()
        else:
            self._transport.close()


_TOO_LARGE = fault_body(
    faults.Refused(
        "RequestEntityTooLargeException",
        f"A request may have {REQUEST_BYTES} bytes at most",
        namespace="com.amazon.coral.service",
        status=413,
    )
)


def _head(request: Request, status: int, length: int) -> bytes:
    """Write a response's head; the content type mirrors the request's."""
    new = request.content_type.startswith("application/x-amz-json")
    kind = "application/x-amz-json-1.0" if new else "application/json"
    close = "" if request.keep_alive and not request.too_large else "Connection: close\r\n"
    return (
        f"HTTP/1.1 {status} {REASONS.get(status, '')}\r\nx-amzn-requestid: {uuid.uuid4()}\r\n"
        f"Content-Type: {kind}\r\n{close}Content-Length: {length}\r\n\r\n"
    ).encode()


def _keep_alive(connection: socket.socket) -> None:
    """Have the kernel ask whether a silent client's host is still there: a poll may wait on it."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    internet = connection.family in (socket.AF_INET, socket.AF_INET6)
    if internet and hasattr(socket, "TCP_KEEPIDLE"):
        for option, value in (
            (socket.TCP_KEEPIDLE, 15),
            (socket.TCP_KEEPINTVL, 5),
            (socket.TCP_KEEPCNT, 3),
        ):
            connection.setsockopt(socket.IPPROTO_TCP, option, value)


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
