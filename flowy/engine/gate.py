"""What a request meets before the service: pages, signatures, faults on purpose; and who counts."""

import time
from collections.abc import Callable, Mapping

from msgspec import Struct

from flowy.engine.core import faults
from flowy.engine.core.faults import Refused
from flowy.engine.exchange import Exchange
from flowy.engine.injection import Strike
from flowy.engine.logs import Entry, Logs, timestamp
from flowy.engine.measures import Measures
from flowy.engine.operations import OPERATIONS
from flowy.engine.service import Service, fault_body
from flowy.engine.signatures import check_signature
from flowy.swf.limits import REQUEST_BYTES

_DEFAULT_REGION = "us-east-1"
_NO_STRIKE = Strike()
_REFUSALS = {
    "too large": Refused(
        "RequestEntityTooLargeException",
        f"A request may have {REQUEST_BYTES} bytes at most",
        namespace="com.amazon.coral.service",
        status=413,
    ),
    "no room": Refused(
        "ServiceUnavailable",
        "The request has failed due to a temporary failure of the server.",
        namespace="com.amazon.coral.service",
        status=503,
    ),
}


class Policy(Struct):
    """What is asked of a request. Without `secrets` anybody may call.

    `strike` chooses what happens on purpose to a call of an operation; `pages` are what GET shows
    at a path, to anybody.
    """

    secrets: Mapping[str, str] | None = None
    strike: Callable[[str], Strike] | None = None
    pages: Mapping[str, Callable[[], bytes]] | None = None
    access_log: Logs | None = None


class Gate:
    """Between the connections and the service."""

    def __init__(
        self, service: Service, wake: Callable[[], None], policy: Policy, measures: Measures
    ) -> None:
        self._service = service
        self._wake = wake
        self._policy = policy
        self._measures = measures
        self.entered = 0

    def enter(self, exchange: Exchange) -> None:
        """Take a request: answer it here, or hand it to the service."""
        request = exchange.request
        page = self._page(exchange)
        if page is not None:
            exchange.answer(200, page())
            return
        operation = self._operation(exchange)
        try:
            if request.refusal:
                raise _REFUSALS[request.refusal]
            if self._policy.secrets is not None:
                check_signature(request, self._policy.secrets, time.time_ns() // 1_000_000)
            self._strike(exchange)
        except Refused as refused:
            exchange.answer(refused.status, fault_body(refused))
            return
        if exchange.strike is not None and exchange.strike.ending == "reset_before":
            exchange.answer(0, b"")
            return
        self.entered += 1
        body = bytes(request.body)
        self._service.call(operation, body, exchange, _region(request.authorization))
        self._wake()

    def _page(self, exchange: Exchange) -> Callable[[], bytes] | None:
        request = exchange.request
        if request.method != "GET" or self._policy.pages is None or request.refusal:
            return None
        path = request.url.partition("?")[0]
        page = self._policy.pages.get(path)
        if page is not None:
            exchange.operation = path
        return page

    def _operation(self, exchange: Exchange) -> str:
        request = exchange.request
        service, _, operation = request.target.rpartition(".")
        if request.method != "POST" or service.rpartition(".")[2] != "SimpleWorkflowService":
            return ""
        # Only known names are counted: a metric has not as many labels as somebody can think of.
        if operation in OPERATIONS:
            exchange.operation = operation
        return operation

    def _strike(self, exchange: Exchange) -> None:
        if self._policy.strike is None:
            return
        strike = self._policy.strike(exchange.operation)
        exchange.strike = None if strike == _NO_STRIKE else strike
        if strike.ending == "throttle":
            raise faults.throttled()
        if strike.ending == "error":
            raise faults.internal_failure()

    def lost(self, exchange: Exchange) -> None:
        """The client of an exchange has gone before its answer."""
        self._service.connection_lost(exchange)

    def ended(
        self, exchange: Exchange, seconds: float, result: str, status: int, sent: int
    ) -> None:
        """Count an exchange that is over, and write it down; `sent` in bytes."""
        self._measures.answered(exchange.operation, result, seconds)
        log = self._policy.access_log
        if log is not None:
            log.entered(
                Entry(
                    timestamp(time.time()),
                    exchange.client,
                    exchange.operation,
                    result,
                    round(seconds, 6),
                    status,
                    len(exchange.request.body),
                    sent,
                    _scope(exchange.request.authorization)[0],
                    exchange.request_id,
                )
            )


def _scope(authorization: str) -> list[str]:
    """Read a credential scope: KEY/DATE/REGION/swf/aws4_request."""
    _, _, credential = authorization.partition("Credential=")
    return credential.split(",")[0].split("/")


def _region(authorization: str) -> str:
    parts = _scope(authorization)
    return parts[2] if len(parts) >= 5 else _DEFAULT_REGION
