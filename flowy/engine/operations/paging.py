"""Pages of lists that are in memory."""

from collections.abc import Callable
from typing import Any, TypeVar

from flowy.engine.desk import Call, Desk
from flowy.engine.tokens import PageToken, digest, read_page_token, seal

Item = TypeVar("Item")


def position(desk: Desk, call: Call) -> list[Any] | None:
    """Where the call's page token says to go on, or None for the first page."""
    text = call.request.get("nextPageToken")
    if text is None:
        return None
    lifetime = desk.settings.page_token_ms
    return read_page_token(text, call.operation, digest(call.request), call.now, lifetime)


def next_token(call: Call, position: list[Any]) -> str:
    return seal(PageToken(call.operation, digest(call.request), call.now, position))


def cut(
    desk: Desk, call: Call, items: list[Item], key: Callable[[Item], list[str]]
) -> tuple[list[Item], dict[str, str]]:
    """Sort items and cut a page out; also the `nextPageToken` member, if there is more."""
    reverse = call.request.get("reverseOrder", False)
    after = position(desk, call)
    items = sorted(items, key=key, reverse=reverse)
    if after is not None:
        items = [i for i in items if (key(i) < after if reverse else key(i) > after)]
    size = desk.page_size(call.request.get("maximumPageSize"))
    page = items[:size]
    more = {"nextPageToken": next_token(call, key(page[-1]))} if len(items) > size else {}
    return page, more
