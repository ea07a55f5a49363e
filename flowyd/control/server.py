"""The sockets in the supervisor's loop: nothing here waits for a client.

At most sixteen clients a socket; one that has not sent its line within five seconds, or not taken
its reply within another five, is dropped. One that asked for the stop may stay: the end of its
connection tells it that the daemon is gone.
"""

import contextlib
import os
import selectors
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from flowyd.control import protocol
from flowyd.control.addresses import CTL, STATUS, short_path

CLIENTS = 16
IDLE_SECONDS = 5.0
QUEUE = 128
"""Who connects at once with others waits here for the loop's next rounds."""
MODE = 0o660

Answer = Callable[[protocol.Request], object]


@dataclass(slots=True, eq=False)
class Client:
    """A connection: what came in, what is to go out, and when its patience ends."""

    socket: socket.socket
    may_control: bool
    drop_at: float
    heard: bytearray = field(default_factory=bytearray)
    reply: bytes = b""
    last: bool = False


class Server:
    """Both sockets. `answer` gives the result of a request, or raises `protocol.Refused`."""

    def __init__(self, selector: selectors.BaseSelector, answer: Answer) -> None:
        self._selector = selector
        self._answer = answer
        self._listeners: list[socket.socket] = []
        self._clients: set[Client] = set()

    def open(self, run_dir: Path, groups: Mapping[str, int]) -> None:
        """Bind both sockets, in place of what a daemon that was killed left.

        `groups` has the id of the group that a socket shall belong to.

        Raises:
            OSError: if a socket cannot be made, or not be given to its group.
        """
        for name in (STATUS, CTL):
            self._bind(run_dir, name)
            if name in groups:
                os.chown(run_dir / name, -1, groups[name])

    def _bind(self, run_dir: Path, name: str) -> None:
        (run_dir / name).unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # Under the umask from the first moment: a chmod after bind would come too late.
        umask = os.umask(0o777 & ~MODE)
        try:
            with short_path(run_dir, name) as path:
                listener.bind(path)
        finally:
            os.umask(umask)
        listener.listen(QUEUE)
        listener.setblocking(False)
        self._listeners.append(listener)
        accept = partial(self._accept, listener, may_control=name == CTL)
        self._selector.register(listener, selectors.EVENT_READ, accept)

    def _accept(self, listener: socket.socket, *, may_control: bool) -> None:
        try:
            connection, _ = listener.accept()
        except OSError:  # gone already, or no descriptor left: the next round tries again
            return
        connection.setblocking(False)
        # Those who may only ask cannot keep out those who may steer.
        if sum(client.may_control == may_control for client in self._clients) >= CLIENTS:
            with contextlib.suppress(OSError):
                connection.send(protocol.write_refusal(f"more than {CLIENTS} clients at once"))
            connection.close()
            return
        client = Client(connection, may_control, time.monotonic() + IDLE_SECONDS)
        self._clients.add(client)
        self._selector.register(connection, selectors.EVENT_READ, lambda: self._read(client))

    def _read(self, client: Client) -> None:
        try:
            chunk = client.socket.recv(protocol.REQUEST_BYTES)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        if not chunk:
            self._drop(client)
            return
        client.heard += chunk
        line, newline, rest = bytes(client.heard).partition(b"\n")
        if len(line) > protocol.REQUEST_BYTES:
            self._refuse(client, "the request line is longer than 64 KiB")
        elif rest:
            self._refuse(client, "one request at a time: wait for its reply")
        elif newline:
            client.heard.clear()
            self._handle(client, line)

    def _refuse(self, client: Client, reason: str) -> None:
        """Say why, and hear no more of it."""
        client.last = True
        self._reply(client, protocol.write_refusal(reason))

    def _handle(self, client: Client, line: bytes) -> None:
        try:
            request = protocol.read_request(line, may_control=client.may_control)
            result = self._answer(request)
        except protocol.Refused as refused:
            self._refuse(client, str(refused))
            return
        self._reply(client, protocol.write_reply(result))
        if isinstance(request, protocol.Stop):
            client.drop_at = float("inf")

    def _reply(self, client: Client, reply: bytes) -> None:
        client.reply += reply
        client.drop_at = time.monotonic() + IDLE_SECONDS
        self._write(client)

    def _write(self, client: Client) -> None:
        try:
            sent = client.socket.send(client.reply)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop(client)
            return
        client.reply = client.reply[sent:]
        # While a reply is on its way no further request is read: a client cannot pile them up.
        if client.reply:
            self._selector.modify(client.socket, selectors.EVENT_WRITE, lambda: self._write(client))
        elif client.last:
            self._drop(client)
        else:
            self._selector.modify(client.socket, selectors.EVENT_READ, lambda: self._read(client))

    def drop_idle(self) -> None:
        """Drop who kept us waiting; call it at least once a second."""
        now = time.monotonic()
        for client in [client for client in self._clients if now >= client.drop_at]:
            self._drop(client)

    def _drop(self, client: Client) -> None:
        self._clients.discard(client)
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(client.socket)
        client.socket.close()

    def close(self, run_dir: Path) -> None:
        """Close all; the files go first, so that nobody connects to nothing."""
        for name in (STATUS, CTL):
            (run_dir / name).unlink(missing_ok=True)
        for client in list(self._clients):
            self._drop(client)
        for listener in self._listeners:
            self._selector.unregister(listener)
            listener.close()
