"""What SWF tells about an execution or a type: frozen values, times in milliseconds."""

from typing import Any

import msgspec
from msgspec import Struct

from flowy.swf.values import ExecutionId, TypeId


class ExecutionInfo(Struct, frozen=True):
    """An execution as the lists and the description show it.

    `status` is OPEN, or SWF's close status; `closed_at` is None while it is open. `context` is the
    text of the last executionContext: only the description has it.
    """

    execution: ExecutionId
    type: TypeId
    status: str
    started_at: int
    closed_at: int | None = None
    tags: tuple[str, ...] = ()
    cancel_requested: bool = False
    context: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still runs."""
        return self.status == "OPEN"


class RegisteredType(Struct, frozen=True):
    """A type as it is registered: its defaults under SWF's names, as texts."""

    type: TypeId
    status: str
    defaults: dict[str, Any]


def execution_info(wire: dict[str, Any], context: str | None = None) -> ExecutionInfo:
    """Read an executionInfo, and the context that a description adds."""
    closed = wire.get("closeTimestamp")
    return ExecutionInfo(
        execution=msgspec.convert(wire["execution"], ExecutionId),
        type=msgspec.convert(wire["workflowType"], TypeId),
        status=wire.get("closeStatus", wire["executionStatus"]),
        started_at=round(wire["startTimestamp"] * 1000),
        closed_at=None if closed is None else round(closed * 1000),
        tags=tuple(wire.get("tagList", ())),
        cancel_requested=wire.get("cancelRequested", False),
        context=context,
    )
