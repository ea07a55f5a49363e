"""HTTP/1.1 for the engine: one asyncio protocol per connection."""

import asyncio
import select
import socket
import struct
import sys
from typing import cast

from flowy.engine.exchange import Exchange
from flowy.engine.gate import Gate
from flowy.engine.polls import Presence
from flowy.engine.requests import NotHttp, Request, RequestParser, Room

REASONS = {
    200: "OK",
    400: "Bad Request",
    413: "Content Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}

_NO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class Connection(asyncio.Protocol):
    """One client. Its requests are carried out one after the other, its answers sent in order.

    A connection without a whole request costs its socket and this object, nothing else.
    `stuck_since` is the loop's time at which a request began that is not whole yet, or an answer
    that the client does not read.
    """

    def __init__(
        self, gate: Gate, connections: set["Connection"], room: Room | None = None
    ) -> None:
        self._gate = gate
        self._connections = connections
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._client = ""
        self._parser = RequestParser(room)
        self._current: Exchange | None = None
        self._writable = True
        self._paused = False
        self._stepping = False
        self.stuck_since: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)
        peer = transport.get_extra_info("peername")
        self._client = f"{peer[0]}:{peer[1]}" if isinstance(peer, tuple) else str(peer)
        _keep_alive(transport.get_extra_info("socket"))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's name
        self._transport = None
        self._parser.forget()
        self._connections.discard(self)
        exchange = self._current
        if exchange is not None:
            self._lose(exchange)

    def _lose(self, exchange: Exchange) -> None:
        if not exchange.is_ghost:
            self._current = None
            self._gate.lost(exchange)
            self._end(exchange, "gone")

    def _end(self, exchange: Exchange, result: str, status: int = 0, sent: int = 0) -> None:
        self._gate.ended(exchange, self._loop.time() - exchange.began_at, result, status, sent)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed(data)
        except NotHttp:
            self.close()
            return
        self._note_progress(completed=self._parser.take_completed())
        if self._transport is not None:
            if self._parser.wants_continue():
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            if self._parser.is_full:
                self._paused = True
                self._transport.pause_reading()
        self._next()

    def _note_progress(self, *, completed: bool = False) -> None:
        parser = self._parser
        # While enough waits here it is we who do not read.
        if self._writable and (not (parser.within or parser.deaf) or parser.is_full):
            self.stuck_since = None
        elif self.stuck_since is None or completed:
            self.stuck_since = self._loop.time()

    def pause_writing(self) -> None:
        self._writable = False
        self._note_progress()

    def resume_writing(self) -> None:
        self._writable = True
        self._note_progress()
        self._next()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Hang up at once; what was not sent yet is dropped."""
        if self._transport is not None:
            self._transport.abort()

    def _next(self) -> None:
        """Begin the next requests, each if the answer before it has been sent and read."""
        if self._stepping:
            return  # an answer that came at once; the loop below goes on after it
        self._stepping = True
        try:
            while self._current is None and self._parser.requests and self._may_answer():
                self._begin(self._parser.take())
        finally:
            self._stepping = False

    def _may_answer(self) -> bool:
        transport = self._transport
        return self._writable and transport is not None and not transport.is_closing()

    def _begin(self, request: Request) -> None:
        self._current = Exchange(self, request, self._client, self._loop.time())
        if self._paused and self._transport is not None and not self._parser.is_full:
            self._paused = False
            self._transport.resume_reading()
        self._gate.enter(self._current)

    def presence(self) -> Presence:
        """Whether the client is there; "unsure" if there is something to read, perhaps its end."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return "gone"
        return "unsure" if transport.is_reading() and _readable(transport) else "here"

    def send(self, exchange: Exchange, status: int, body: bytes) -> None:
        """Send the answer to the current request, and go on with the next one."""
        if exchange is not self._current:
            return
        self._current = None
        if self._transport is None:
            self._end(exchange, "gone")
            return
        request = exchange.request
        self._transport.write(_head(exchange, status, len(body)) + body)
        self._end(exchange, _result(status, body), status, len(body))
        if request.refusal:
            # Hanging up while it still sends would reset the connection and lose the answer.
            self._transport.write_eof()
        elif request.keep_alive:
            self._next()
        else:
            self._transport.close()

    def reset(self) -> None:
        """Break the connection off, so that the client sees a reset and not an end."""
        exchange, self._current = self._current, None
        if exchange is not None:
            self._end(exchange, "reset")
        if self._transport is not None:
            connection = self._transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            self._transport.abort()


def _result(status: int, body: bytes) -> str:
    """Say how a request ended: `ok`, or the name of the fault in the body."""
    if status == 200:
        return "ok"
    return body.partition(b'"')[2].partition(b"#")[2].partition(b'"')[0].decode()


def _head(exchange: Exchange, status: int, length: int) -> bytes:
    """Write a response's head; the content type mirrors the request's."""
    request = exchange.request
    new = request.content_type.startswith("application/x-amz-json")
    kind = "application/x-amz-json-1.0" if new else "application/json"
    if exchange.operation.startswith("/"):
        kind = "text/plain; version=0.0.4; charset=utf-8"  # the form that Prometheus asks for
    close = "" if request.keep_alive else "Connection: close\r\n"
    return (
        f"HTTP/1.1 {status} {REASONS.get(status, '')}\r\n"
        f"x-amzn-requestid: {exchange.request_id}\r\n"
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


def _readable(transport: asyncio.Transport) -> bool:
    number = transport.get_extra_info("socket").fileno()
    if hasattr(select, "poll"):
        poller = select.poll()
        poller.register(number, select.POLLIN)
        return bool(poller.poll(0))
    return bool(select.select([number], [], [], 0)[0])  # Windows has no poll
