"""The other side of the control sockets: one request, one reply."""

import socket
import struct
import threading
import time
from contextlib import closing
from pathlib import Path

import msgspec

from flowy.errors import FlowyError
from flowyd.control import protocol
from flowyd.control.addresses import CTL, STATUS, short_path
from flowyd.control.status import Status, WorkerStacks

SECONDS = 5.0
PATIENCE = 2.0
"""Seconds for stacks to be written: a process that runs writes within milliseconds."""
PAUSE = threading.Event()


class Accepted(msgspec.Struct, frozen=True):
    """A reload was asked for; the status tells how it ended."""

    ask: int


class NotRunning(FlowyError):
    """Nobody answers at the socket: no flowyd runs on this state_dir."""


class ControlError(FlowyError):
    """The daemon refused the request, or what answered is no flowyd."""


def status(run_dir: Path) -> Status:
    """The daemon's status.

    Raises:
        NotRunning: if no daemon answers.
        ControlError: if it does not understand us.
    """
    result = ask(run_dir, STATUS, protocol.GetStatus())
    try:
        return msgspec.json.decode(result, type=Status)
    except msgspec.DecodeError as error:
        hint = "this command and the running daemon are of different releases"
        raise ControlError(f"the status is not understood: {error}", hint=hint) from error


def metrics(run_dir: Path) -> str:
    """The metrics, as Prometheus reads them. Raises as `status` does."""
    return msgspec.json.decode(ask(run_dir, STATUS, protocol.GetMetrics()), type=str)


def stop(run_dir: Path, *, wait: float | None = None) -> None:
    """Have the daemon stop, and wait at most `wait` seconds until it is gone.

    Raises:
        NotRunning, ControlError: as `status` does.
        TimeoutError: if it is still there.
    """
    with closing(connect(run_dir, CTL)) as connection:
        exchange(connection, protocol.Stop())
        connection.settimeout(wait)
        # The daemon holds the connection until it ends.
        try:
            connection.recv(1)
        except ConnectionResetError:
            return


def reload(run_dir: Path, *, replay_open: bool = False) -> int:
    """Have the daemon load what is on disk; the number of this ask. Raises as `status` does."""
    return msgspec.json.decode(
        ask(run_dir, CTL, protocol.Reload(replay_open=replay_open)), type=Accepted
    ).ask


def stacks(run_dir: Path, request: protocol.Stacks) -> list[WorkerStacks]:
    """The stacks of workers; empty for one that is silent for `PATIENCE`. Raises as `status` does.

    What is read twice alike is whole: a worker writes it in one go.
    """
    ask(run_dir, CTL, request)
    collect = msgspec.structs.replace(request, collect=True)
    deadline, before = time.monotonic() + PATIENCE, None
    while True:
        found = msgspec.json.decode(ask(run_dir, CTL, collect), type=list[WorkerStacks])
        texts = [worker.stacks for worker in found]
        if (all(texts) and texts == before) or time.monotonic() > deadline:
            return found
        before = texts
        PAUSE.wait(0.1)


def operate(run_dir: Path, request: protocol.OfPool) -> None:
    """Have the daemon do something to a pool. Raises as `status` does."""
    ask(run_dir, CTL, request)


def ask(run_dir: Path, name: str, request: protocol.Request) -> msgspec.Raw:
    """One request on a connection of its own; the result's text."""
    with closing(connect(run_dir, name)) as connection:
        return exchange(connection, request)


def connect(run_dir: Path, name: str) -> socket.socket:
    """A connection to a socket.

    Raises:
        NotRunning: if there is nobody.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # Not `settimeout`: a socket that does not block is refused at once while others queue.
    wait = struct.pack("@ll", round(SECONDS), 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, wait)
    try:
        with short_path(run_dir, name) as path:
            connection.connect(path)
        connection.settimeout(SECONDS)
    except (FileNotFoundError, ConnectionRefusedError) as error:
        connection.close()
        hint = "start it with `flowyd run` or `flowyd dev`"
        raise NotRunning(f"no flowyd runs at {run_dir.parent}", hint=hint) from error
    except OSError as error:
        connection.close()
        raise ControlError(f"{run_dir / name} cannot be used: {error.strerror}") from error
    return connection


def exchange(connection: socket.socket, request: protocol.Request) -> msgspec.Raw:
    """Send a request and read its reply."""
    try:
        connection.sendall(protocol.write_request(request))
        length = int.from_bytes(read_exactly(connection, protocol.LENGTH_BYTES), "big")
        reply = protocol.read_reply(read_exactly(connection, length))
    except (OSError, msgspec.DecodeError) as error:
        raise ControlError(f"no reply from the daemon: {error}") from error
    if reply.error is not None:
        raise ControlError(f"the daemon refused: {reply.error}")
    return reply.result


def read_exactly(connection: socket.socket, count: int) -> bytes:
    """That many bytes.

    Raises:
        ConnectionResetError: if the other side closes before.
    """
    received = b""
    while len(received) < count:
        chunk = connection.recv(count - len(received))
        if not chunk:
            raise ConnectionResetError("it closed the connection")
        received += chunk
    return received
