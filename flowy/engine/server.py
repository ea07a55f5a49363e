"""The engine's loop: a listening socket, connections, and when to flush."""

import asyncio
import socket
from collections.abc import Callable

from flowy.engine.gate import Gate, Policy
from flowy.engine.http import Connection
from flowy.engine.measures import Measures
from flowy.engine.requests import Room
from flowy.engine.service import Service
from flowy.errors import FlowyError

_SWEEP_SECONDS = 10
_STUCK_SECONDS = 30
"""How long a request may take to arrive whole, and an answer to be read."""
_SAMPLE_SECONDS = 1.0
_IDLE_SECONDS = 0.5
_IDLE_LOOKS = 6
"""A client may open a connection for each call: a moment without any is no end."""


class ListenError(FlowyError):
    """The address to listen on cannot be used."""


class Server:
    """Runs a service on an asyncio loop until it is told to stop."""

    def __init__(
        self,
        service: Service,
        loop: asyncio.AbstractEventLoop,
        policy: Policy | None = None,
        measures: Measures | None = None,
    ) -> None:
        self._service = service
        self._loop = loop
        self._measures = measures or Measures()
        self._gate = Gate(service, self.wake, policy or Policy(), self._measures)
        self._connections: set[Connection] = set()
        self._room = Room()
        self._flush_handle: asyncio.Handle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.stopping = asyncio.Event()

    def connect(self) -> Connection:
        return Connection(self._gate, self._connections, self._room)

    def wake(self) -> None:
        """Flush once all calls that came together have been carried out."""
        if self._flush_handle is None:
            self._flush_handle = self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_handle = None
        entered, self._gate.entered = self._gate.entered, 0
        self._service.flush()
        if entered:
            self._measures.batches.add(entered)
        if self._service.broken is not None:
            self.stopping.set()
            return
        if self._timer is not None:
            self._timer.cancel()
        seconds = self._service.next_wake()
        self._timer = None if seconds is None else self._loop.call_later(seconds, self.wake)

    def sweep(self) -> None:
        """Hang up on clients whose request does not arrive, or who do not read."""
        latest = self._loop.time() - _STUCK_SECONDS
        for connection in list(self._connections):
            if connection.stuck_since is not None and connection.stuck_since < latest:
                connection.abort()
        self._loop.call_later(_SWEEP_SECONDS, self.sweep)

    def _sample(self, due: float) -> None:
        """Note how late the loop comes to what was due."""
        now = self._loop.time()
        self._measures.lag.add(max(0.0, now - due))
        self._loop.call_later(_SAMPLE_SECONDS, self._sample, now + _SAMPLE_SECONDS)

    def leave_when_idle(self, looks: int = 0) -> None:
        """Stop once no client has been connected for a few looks in a row."""
        looks = 0 if self._connections else looks + 1
        if looks > _IDLE_LOOKS:
            self.stopping.set()
        else:
            self._loop.call_later(_IDLE_SECONDS, self.leave_when_idle, looks)

    async def run(self, listener: socket.socket, announce: Callable[[], None]) -> None:
        """Serve until `stopping` is set, then answer what is held and hang up."""
        server = await self._loop.create_server(self.connect, sock=listener)
        self.wake()
        self.sweep()
        self._sample(self._loop.time())
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
