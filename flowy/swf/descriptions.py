"""What SWF tells about an execution or a type: frozen values, times in milliseconds."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Struct

from flowy.swf.values import ExecutionId, TypeId

COUNTED = {
    "openActivityTasks": "activities",
    "openChildWorkflowExecutions": "children",
    "openTimers": "timers",
    "openLambdaFunctions": "lambdas",
}
"""SWF's open counts, under our names."""
NOTHING_OPEN: Mapping[str, int] = MappingProxyType({})


class ExecutionInfo(Struct, frozen=True):
    """An execution as the lists and the description show it.

    `status` is OPEN, or SWF's close status; `closed_at` is None while it is open. `context` is the
    text of the last executionContext, `open` how many of its activities, children, timers and
    lambdas are open: only the description has these two.
    """

    execution: ExecutionId
    type: TypeId
    status: str
    started_at: int
    closed_at: int | None = None
    tags: tuple[str, ...] = ()
    cancel_requested: bool = False
    context: str | None = None
    parent: ExecutionId | None = None
    open: dict[str, int] = {}

    @property
    def is_open(self) -> bool:
        """Whether it still runs."""
        return self.status == "OPEN"


class RegisteredType(Struct, frozen=True):
    """A type as it is registered: its defaults under SWF's names, as texts."""

    type: TypeId
    status: str
    defaults: dict[str, Any]


def execution_info(
    wire: dict[str, Any], context: str | None = None, counts: Mapping[str, int] = NOTHING_OPEN
) -> ExecutionInfo:
    """Read an executionInfo, with the context and the openCounts that a description adds."""
    closed, parent = wire.get("closeTimestamp"), wire.get("parent")
    return ExecutionInfo(
        execution=msgspec.convert(wire["execution"], ExecutionId),
        type=msgspec.convert(wire["workflowType"], TypeId),
        status=wire.get("closeStatus", wire["executionStatus"]),
        started_at=round(wire["startTimestamp"] * 1000),
        closed_at=None if closed is None else round(closed * 1000),
        tags=tuple(wire.get("tagList", ())),
        cancel_requested=wire.get("cancelRequested", False),
        context=context,
        parent=None if parent is None else msgspec.convert(parent, ExecutionId),
        open={name: counts[key] for key, name in COUNTED.items() if counts.get(key)},
    )
