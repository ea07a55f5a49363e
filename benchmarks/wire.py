"""A client that speaks raw HTTP over one socket: as cheap as a caller of an engine can be."""

import socket
from typing import Any

import msgspec

_HEAD = (
    "POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-amz-json-1.0\r\n"
    "X-Amz-Target: SimpleWorkflowService.{operation}\r\nX-Amz-Date: 20260101T000000Z\r\n"
    "User-Agent: Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux lang/python\r\n"
    "Authorization: AWS4-HMAC-SHA256 Credential=KEY/20260101/us-east-1/swf/aws4_request, "
    f"SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature={'0' * 64}\r\n"
    "Content-Length: "
)
"""Headers as long as an SDK's; moto finds the service in the credential scope."""


class Failed(Exception):
    """An answer with another status than 200."""


class Client:
    """One connection to 127.0.0.1; made anew when the server hangs up, as moto always does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self._heads: dict[str, bytes] = {}

    def call(self, operation: str, **request: Any) -> Any:
        """Call and wait for the answer; None if it is empty."""
        if operation not in self._heads:
            self._heads[operation] = _HEAD.format(port=self._port, operation=operation).encode()
        body = msgspec.json.encode(request)
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port))
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(b"%s%d\r\n\r\n%s" % (self._heads[operation], len(body), body))
        return self._read(operation)

    def _read(self, operation: str) -> Any:
        assert self._socket is not None
        data = self._socket.recv(65_536)
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head = data[:end].lower()
        _, _, after = head.partition(b"content-length: ")
        length = int(after.partition(b"\r\n")[0])
        body = data[end + 4 :]
        while len(body) < length:
            body += self._more()
        if b"connection: close" in head:
            self._socket.close()
            self._socket = None
        if head[9:12] != b"200":
            raise Failed(f"{operation}: {body.decode()}")
        return msgspec.json.decode(body) if body else None

    def _more(self) -> bytes:
        assert self._socket is not None
        data = self._socket.recv(1 << 20)
        if not data:
            raise Failed("the server hung up")
        return data
