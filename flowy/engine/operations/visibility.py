"""Operations that list and count."""

from typing import Any

import msgspec
from msgspec import Raw, Struct

from flowy.engine.core import faults
from flowy.engine.core.descriptions import execution_info
from flowy.engine.core.task_lists import Place, Space
from flowy.engine.desk import Call, Desk
from flowy.engine.encoding import encode
from flowy.engine.operations.paging import next_token, position
from flowy.engine.store import Filter

_EXCLUSIVE = ("executionFilter", "typeFilter", "tagFilter", "closeStatusFilter")


_FAR = 1 << 62
"""Milliseconds: SQLite's integers have 64 bits, JSON's numbers have no end."""


class _Described(Struct, rename="camel"):
    execution_info: Raw


def _milliseconds(time: float) -> int:
    return round(max(-_FAR, min(_FAR, time * 1000)))


def _filter(call: Call, *, is_open: bool) -> Filter:
    request = call.request
    if "startTimeFilter" not in request and "closeTimeFilter" not in request:
        raise faults.invalid("Must specify time filter")
    if "startTimeFilter" in request and "closeTimeFilter" in request:
        raise faults.invalid("Cannot specify both a startTimeFilter and a closeTimeFilter")
    given = [name for name in _EXCLUSIVE if name in request]
    if len(given) > 1:
        raise faults.invalid(
            "Cannot specify more than one exclusive filters in the same query:"
            f" [{', '.join(given)}]"
        )
    by_close = "closeTimeFilter" in request
    times = request["closeTimeFilter" if by_close else "startTimeFilter"]
    latest = times.get("latestDate")
    kind = request.get("typeFilter", {})
    return Filter(
        request["domain"],
        is_open,
        _milliseconds(times["oldestDate"]),
        None if latest is None else _milliseconds(latest),
        by_close,
        request.get("executionFilter", {}).get("workflowId"),
        kind.get("name"),
        kind.get("version"),
        request.get("tagFilter", {}).get("tag"),
        request.get("closeStatusFilter", {}).get("status"),
    )


def _list(desk: Desk, call: Call, *, is_open: bool) -> bytes:
    desk.world.registry.domain(call.request["domain"])
    wanted = _filter(call, is_open=is_open)
    after = position(desk, call)
    size = desk.page_size(call.request.get("maximumPageSize"))
    desk.store.write(desk.world)
    rows = desk.store.list(
        wanted,
        call.now,
        after=(after[0], after[1]) if after else None,
        oldest_first=call.request.get("reverseOrder", False),
        limit=size + 1,
    )
    infos = [_info(desk, run_id, text) for _, _, run_id, text in rows[:size]]
    answer: dict[str, Any] = {"executionInfos": infos}
    if len(rows) > size:
        answer["nextPageToken"] = next_token(call, list(rows[size - 1][:2]))
    return encode(answer)


def _info(desk: Desk, run_id: str, description: str | None) -> Any:
    if description is None:
        return execution_info(desk.world.runs[run_id], desk.settings)
    return msgspec.json.decode(description, type=_Described).execution_info


def _count(desk: Desk, call: Call, *, is_open: bool) -> bytes:
    desk.world.registry.domain(call.request["domain"])
    wanted = _filter(call, is_open=is_open)
    desk.store.write(desk.world)
    return _counted(desk, desk.store.count(wanted, call.now))


def _counted(desk: Desk, number: int) -> bytes:
    most = desk.settings.counted
    return encode({"count": min(number, most), "truncated": number > most})


def list_open_workflow_executions(desk: Desk, call: Call) -> bytes:
    return _list(desk, call, is_open=True)


def list_closed_workflow_executions(desk: Desk, call: Call) -> bytes:
    return _list(desk, call, is_open=False)


def count_open_workflow_executions(desk: Desk, call: Call) -> bytes:
    return _count(desk, call, is_open=True)


def count_closed_workflow_executions(desk: Desk, call: Call) -> bytes:
    return _count(desk, call, is_open=False)


def _count_pending(desk: Desk, call: Call, space: Space) -> bytes:
    desk.world.registry.domain(call.request["domain"])
    place = Place(space, call.request["domain"], call.request["taskList"]["name"])
    return _counted(desk, desk.world.lists.count(place))


def count_pending_activity_tasks(desk: Desk, call: Call) -> bytes:
    return _count_pending(desk, call, "activity")


def count_pending_decision_tasks(desk: Desk, call: Call) -> bytes:
    return _count_pending(desk, call, "decision")
