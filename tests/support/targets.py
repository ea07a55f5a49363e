"""What the conformance suite is pointed at: the engine, moto, or a real account.

The engine runs in the test's own process under an unmodified boto3 client, with a clock that moves
when the test says so. Set FLOWY_CONFORMANCE to `moto` or `aws` for the others; a real account also
needs FLOWY_CONFORMANCE_DOMAIN (registered, with a retention of a day or more) and credentials.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from flowy.engine.core.settings import Settings
from flowy.engine.polls import Presence
from flowy.engine.run_ids import RunIds
from flowy.engine.service import Service
from flowy.engine.store import Store

NAME = os.environ.get("FLOWY_CONFORMANCE", "engine")
REGION = "eu-west-1"
_START_MS = 1_466_497_773_166
_NO_CLOCK = "the clock of this target cannot be moved"


def make_client(session: boto3.Session, url: str | None, **config: Any) -> Any:
    """Make an unmodified client; with a URL it has keys that mean nothing."""
    options = {"retries": {"total_max_attempts": 1}, "read_timeout": 70} | config
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"} if url else {}
    where = {"endpoint_url": url, "region_name": REGION} if url else {}
    return session.client("swf", config=Config(**options), **where, **keys)


class Target(Protocol):
    """A service that speaks SWF. `domain` is one that may be used, or None: make your own."""

    domain: str | None

    def client(self, **config: Any) -> Any: ...

    def post(self, operation: str, request: Any) -> tuple[int, Any]:
        """Call without boto3; returns status and parsed body (None if empty)."""

    def wait(self, seconds: float) -> None:
        """Let time pass."""

    def restart(self, down: float = 0) -> None:
        """Stop the service and start it again on the same disk, so many seconds later."""


class _Clock:
    def __init__(self) -> None:
        self.at = _START_MS

    def now(self) -> int:
        return self.at


class _Caller:
    """One caller's connection; `received` is what it was answered."""

    def __init__(self) -> None:
        self.received: tuple[int, bytes] | None = None

    def presence(self) -> Presence:
        return "here"

    def answer(self, status: int, body: bytes) -> None:
        self.received = (status, body)


class _Raw(BytesIO):
    """A body as urllib3 gives it to botocore."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()


class EngineTarget:
    """The engine without its socket, on a clock of the test's.

    Every call takes a millisecond. A poll that is held lets the time pass until it is answered.
    """

    domain = None

    def __init__(self, session: boto3.Session, database: str, settings: Settings) -> None:
        self._session = session
        self._database = database
        self._settings = settings
        self._clock = _Clock()
        self.log: list[str] = []
        self.service = self._start()

    def _start(self) -> Service:
        store = Store(self._database)
        run_ids = RunIds(str(self._clock.at).encode())
        return Service(store, self._settings, run_ids, self.log.append, self._clock)

    def client(self, **config: Any) -> Any:
        client = make_client(self._session, "http://127.0.0.1:1", **config)
        client.meta.events.register("before-send.swf", self._send)
        return client

    def _send(self, request: Any, **_: Any) -> AWSResponse:
        operation = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
        body = request.body or b""
        status, answer = self._exchange(operation, body)
        headers = {"Content-Type": "application/x-amz-json-1.0"}
        return AWSResponse(request.url, status, headers, _Raw(answer))

    def _exchange(self, operation: str, body: bytes) -> tuple[int, bytes]:
        caller = _Caller()
        self._clock.at += 1
        self.service.call(operation, body, caller, REGION)
        self.service.flush()
        while caller.received is None:
            wake = self.service.next_wake()
            assert wake is not None, f"{operation} is never answered"
            self._clock.at += max(1, round(wake * 1000))
            self.service.flush()
        assert self.log == [], self.log
        return caller.received

    def post(self, operation: str, request: Any) -> tuple[int, Any]:
        status, body = self._exchange(operation, json.dumps(request).encode())
        return status, json.loads(body) if body else None

    def wait(self, seconds: float) -> None:
        end = self._clock.at + round(seconds * 1000)
        while (at := self.service.next_deadline()) is not None and at <= end:
            self._clock.at = max(self._clock.at, at)
            self.service.flush()
        self._clock.at = end
        self.service.flush()

    def restart(self, down: float = 0) -> None:
        self.service.stop()
        self._clock.at += round(down * 1000)
        self.service = self._start()
        self.service.flush()


class RemoteTarget:
    """A service behind a URL, or Amazon's own (None); its clock is its own."""

    def __init__(self, session: boto3.Session, url: str | None, domain: str | None) -> None:
        self._session = session
        self.url = url
        self.domain = domain

    def client(self, **config: Any) -> Any:
        return make_client(self._session, self.url, **config)

    def post(self, operation: str, request: Any) -> tuple[int, Any]:
        if self.url is None:
            pytest.skip("a real account refuses requests that boto3 did not sign")
        return Wire(self.url).post(operation, request)

    def wait(self, _seconds: float) -> None:
        pytest.skip(_NO_CLOCK)

    def restart(self, down: float = 0) -> None:
        pytest.skip("nobody restarts this target")


class Wire:
    """HTTP without a client library."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.port = int(url.rpartition(":")[2])

    def send(self, target: str, body: bytes, content_type: str = "application/x-amz-json-1.0"):
        """Send a request; returns the open connection, to be read or closed."""
        from http.client import HTTPConnection

        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"X-Amz-Target": target, "Content-Type": content_type}
        if not content_type.startswith("application/x-amz"):
            headers["Content-Encoding"] = "amz-1.0"
        # moto sends a request without a credential scope to another service.
        headers["Authorization"] = (
            "AWS4-HMAC-SHA256 Credential=key/20260101/eu-west-1/swf/aws4_request, "
            "SignedHeaders=host, Signature=0"
        )
        connection.request("POST", "/", body, headers)
        return connection

    def exchange(self, target: str, body: bytes, content_type: str = "application/x-amz-json-1.0"):
        """Returns status, headers (names in lower case) and body."""
        connection = self.send(target, body, content_type)
        try:
            answer = connection.getresponse()
            fields = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, fields, answer.read()
        finally:
            connection.close()

    def post(self, operation: str, request: Any) -> tuple[int, Any]:
        status, _, body = self.exchange(
            f"SimpleWorkflowService.{operation}", json.dumps(request).encode()
        )
        return status, json.loads(body) if body else None


@contextmanager
def moto_server() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def engine_target(session: boto3.Session, where: Path, lowered: dict[str, Any]) -> EngineTarget:
    """An engine on a file of its own that holds no polls unless told to."""
    settings = Settings(**({"hold_ms": 0} | lowered))
    return EngineTarget(session, str(where / "engine.db"), settings)
