"""What an environment and its replay child say to each other: one line of JSON each way."""

from typing import Any

from msgspec import Struct

from flowy.swf.values import ExecutionId, TypeId


class Hello(Struct, frozen=True):
    """The first line: where the parent finds its modules."""

    path: list[str]


class Origin(Struct, frozen=True):
    """Where a workflow class is written: it is imported from there, never sent."""

    module: str
    qualname: str
    file: str


class Task(Struct, frozen=True):
    """A replay that is wanted. `activities` are the known types that a proxy may only name.

    `texts` are those of all references in the events, by hash; `longest` is what a text may have.
    """

    origin: Origin
    type: TypeId
    execution: ExecutionId
    activities: list["Known"]
    events: list[dict[str, Any]]
    texts: dict[str, str]
    longest: int


class Known(Struct, frozen=True):
    """An activity type, with the two options that decide what an error of it means."""

    type: TypeId
    auto_heartbeat: bool
    error_handling: bool


class Told(Struct, frozen=True):
    """The outcome: `difference` if the code asked for something else, `why` it could not run."""

    difference: str = ""
    hint: str = ""
    why: str = ""
