"""Packets between processes: SOCK_SEQPACKET keeps message boundaries, whoever dies when."""

import contextlib
import socket
from typing import Generic, TypeVar

import msgspec

PACKET = 1 << 17
"""More than any message: the longest one carries at most fifty faults."""

T = TypeVar("T")


class Channel(Generic[T]):
    """One end of a pair. `T` is what the other end sends."""

    def __init__(self, end: socket.socket, incoming: object) -> None:
        self.socket = end
        self.broken = False
        """Whether a message could not be sent since nobody is left to read it."""
        self._decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(incoming)
        self._encoder = msgspec.json.Encoder()

    def fileno(self) -> int:
        """For selectors."""
        return self.socket.fileno()

    def send(self, message: msgspec.Struct, *fds: int) -> bool:
        """Send a message and copies of descriptors; False if the other end is full or gone."""
        packet = self._encoder.encode(message)
        try:
            if fds:
                socket.send_fds(self.socket, [packet], fds)
            else:
                self.socket.send(packet)
        except BlockingIOError:
            return False
        except OSError:  # the other end is gone, or plugin code closed this one
            self.broken = True
            return False
        return True

    def receive(self) -> T | None:
        """The next message; None at the end.

        Raises:
            BlockingIOError: if the socket does not block and nothing is there.
            msgspec.DecodeError: if the packet is no message.
        """
        try:
            packet = self.socket.recv(PACKET)
        except ConnectionResetError:
            return None
        return self._decoder.decode(packet) if packet else None

    def receive_with_fds(self, most: int) -> tuple[T | None, list[int]]:
        """The next message, and the descriptors that came with it.

        Raises:
            BlockingIOError: if the socket does not block and nothing is there.
            msgspec.DecodeError: if the packet is no message.
        """
        try:
            packet, fds, _, _ = socket.recv_fds(self.socket, PACKET, most)
        except ConnectionResetError:
            return None, []
        return (self._decoder.decode(packet) if packet else None), fds

    def close(self) -> None:
        """Close this end."""
        with contextlib.suppress(OSError):
            self.socket.close()


def pair() -> tuple[socket.socket, socket.socket]:
    """Two connected ends: ours, which does not block, and the child's."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    return ours, theirs
