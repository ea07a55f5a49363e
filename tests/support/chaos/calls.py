"""Calls to an engine that may be dead, full or faulty at any moment."""

import contextlib
import json
from http.client import HTTPConnection, HTTPException
from typing import Any

from engine_process import headers

DOMAIN = "chaos"


class Unavailable(Exception):
    """The call was not answered, or not well: perhaps it was carried out, perhaps not."""


def call(port: int, operation: str, **request: Any) -> Any:
    """Call an operation on a connection of its own.

    Raises:
        Unavailable: for anything but a good answer.
    """
    with contextlib.closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        try:
            connection.request("POST", "/", json.dumps(request), headers(operation))
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, HTTPException) as error:
            raise Unavailable(f"{operation}: {error!r}") from error
        if answer.status != 200:
            raise Unavailable(f"{operation}: {answer.status} {text[:300]!r}")
        return json.loads(text) if text else None


def paged(port: int, operation: str, member: str, **request: Any) -> list[Any]:
    """All items of an operation that answers in pages."""
    found: list[Any] = []
    page = call(port, operation, **request)
    while True:
        found += page[member]
        if "nextPageToken" not in page:
            return found
        page = call(port, operation, nextPageToken=page["nextPageToken"], **request)


def executions(port: int, **chosen: Any) -> list[Any]:
    """All executions, open and closed."""
    window = {"domain": DOMAIN, "startTimeFilter": {"oldestDate": 0}, **chosen}
    member = "executionInfos"
    return [
        *paged(port, "ListOpenWorkflowExecutions", member, **window),
        *paged(port, "ListClosedWorkflowExecutions", member, **window),
    ]


def closed(port: int) -> int:
    """How many executions have closed."""
    found = call(
        port,
        "CountClosedWorkflowExecutions",
        domain=DOMAIN,
        startTimeFilter={"oldestDate": 0},
    )
    return int(found["count"])


def history(port: int, execution: dict[str, str]) -> list[dict[str, Any]]:
    """All events of an execution."""
    asked = {"domain": DOMAIN, "execution": execution}
    return paged(port, "GetWorkflowExecutionHistory", "events", **asked)
