"""Telling systemd how the daemon is: datagrams to $NOTIFY_SOCKET, as sd_notify(3) defines them."""

import contextlib
import os
import socket
from collections.abc import MutableMapping, Sequence

ADDRESS = "NOTIFY_SOCKET"
PERIOD = "WATCHDOG_USEC"
OWN = (ADDRESS, PERIOD, "WATCHDOG_PID")


class Notifier:
    """The way to whoever started the daemon; without $NOTIFY_SOCKET nobody listens."""

    def __init__(self, environ: MutableMapping[str, str]) -> None:
        address = environ.get(ADDRESS, "")
        meant = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        period = environ.get(PERIOD, "") if meant else ""
        self.watchdog_ms = int(period) // 1000 if period.isdigit() else None
        """How often systemd wants a sign of life; None: never."""
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) if address else None
        if self._socket is not None:
            self._socket.setblocking(False)
        for name in OWN:  # a worker's own children must not speak for the daemon
            environ.pop(name, None)

    def tell(self, lines: Sequence[str]) -> None:
        """Send lines such as `READY=1`; a systemd that does not listen is no reason to stop."""
        if self._socket is not None and lines:
            with contextlib.suppress(OSError):
                self._socket.sendto("\n".join(lines).encode(), self._address)

    def close(self) -> None:
        """Let go of the socket."""
        if self._socket is not None:
            self._socket.close()
