"""The engine's process: a listening socket, the loop, signals."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import closing

from flowy.engine.core.settings import Settings
from flowy.engine.http import Connection
from flowy.engine.lock import hold_lock
from flowy.engine.run_ids import RunIds
from flowy.engine.service import Service
from flowy.engine.store import Store
from flowy.errors import FlowyError

_SWEEP_SECONDS = 10
_PARTIAL_SECONDS = 30
"""How long a request may take to arrive whole."""


class ListenError(FlowyError):
    """The address to listen on cannot be used."""


class Server:
    """Runs a service on an asyncio loop until it is told to stop."""

    def __init__(self, service: Service, loop: asyncio.AbstractEventLoop) -> None:
        self._service = service
        self._loop = loop
        self._connections: set[Connection] = set()
        self._flush_handle: asyncio.Handle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.stopping = asyncio.Event()

    def connect(self) -> Connection:
        return Connection(self._service, self.wake, self._connections)

    def wake(self) -> None:
        """Flush once all calls that came together have been carried out."""
        if self._flush_handle is None:
            self._flush_handle = self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_handle = None
        self._service.flush()
        if self._service.broken is not None:
            self.stopping.set()
            return
        if self._timer is not None:
            self._timer.cancel()
        seconds = self._service.next_wake()
        self._timer = None if seconds is None else self._loop.call_later(seconds, self.wake)

    def sweep(self) -> None:
        """Hang up on clients whose request does not arrive."""
        latest = self._loop.time() - _PARTIAL_SECONDS
        for connection in list(self._connections):
            if connection.partial_since is not None and connection.partial_since < latest:
                connection.close()
        self._loop.call_later(_SWEEP_SECONDS, self.sweep)

    async def run(self, listener: socket.socket, announce: Callable[[], None]) -> None:
        """Serve until `stopping` is set, then answer what is held and hang up."""
        server = await self._loop.create_server(self.connect, sock=listener)
        self.wake()
        self.sweep()
        announce()
        await self.stopping.wait()
        server.close()
        self._service.stop()
        for connection in list(self._connections):
            connection.close()
        await asyncio.sleep(0)
        if self._service.broken is not None:
            raise self._service.broken


def listen(host: str, port: int) -> socket.socket:
    """Open the listening socket; port 0 lets the kernel choose.

    Raises:
        ListenError: if the address is taken or not one of this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        raise ListenError(f"cannot listen on {host}:{port}: {error.strerror or error}") from error


def address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(database: str, host: str, port: int, settings: Settings | None = None) -> None:
    """Run an engine on `database` (a path or ":memory:") until SIGTERM or SIGINT.

    Once it serves it prints one line, `listening on http://HOST:PORT`.

    Raises:
        FlowyError: if the file or the address cannot be used.
    """
    lock = hold_lock(database)
    try:
        with listen(host, port) as listener, closing(Store(database)) as store:
            service = Service(store, settings or Settings(), RunIds(os.urandom(16)), _log)
            asyncio.run(_serve(service, listener))
    finally:
        if lock is not None:
            lock.close()


async def _serve(service: Service, listener: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    server = Server(service, loop)
    if sys.platform != "win32":
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.stopping.set)
    await server.run(listener, lambda: _announce(listener))


def _announce(listener: socket.socket) -> None:
    sys.stdout.write(f"listening on {address(listener)}\n")
    sys.stdout.flush()


def _log(text: str) -> None:
    sys.stderr.write(f"flowy engine: {text}\n")
    sys.stderr.flush()
