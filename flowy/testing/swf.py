"""`SWFClient` for an engine in this process: the same operations, without boto3's HTTP."""

from collections.abc import Callable
from typing import Any

from flowy.client import Client
from flowy.converter import PLAIN, Converter
from flowy.payloads import Payloads
from flowy.swf.client import SWFClient

Send = Callable[[str, dict[str, Any]], dict[str, Any]]


class Operations:
    """Stands where a boto3 client stands: `start_workflow_execution(domain=…)` and the others."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        operation = "".join(word.capitalize() for word in name.split("_"))
        return lambda **wanted: self._send(operation, wanted)


class MemorySWF(SWFClient):
    """SWF's operations on one domain of an engine in this process."""

    def __init__(self, domain: str, send: Send, payloads: Payloads | None = None) -> None:
        # Not the parent's: it makes sessions and clients of boto3, which have nothing to do here.
        self.domain = domain
        self.endpoint_url = None
        self.loopback = True
        self.payloads = payloads or Payloads()
        self.names = {"hostname": "localhost", "instance": "testing"}  # the same on every host
        self._polls = self._once = self._reads = Operations(send)
        self._send = send

    def _private(self, operation: str, **wanted: Any) -> dict[str, Any]:
        return self._send(operation, wanted)

    def release_polls(self, identity: str) -> bool:  # noqa: ARG002  # the parent's name
        """Say that there is nothing to release: no poll is held."""
        return True


class MemoryClient(Client):
    """`flowy.Client` over an engine in this process."""

    def __init__(self, swf: SWFClient, converter: Converter = PLAIN) -> None:
        self.swf = swf
        self.converter = converter
