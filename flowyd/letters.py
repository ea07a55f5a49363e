"""What supervisor and courier say to each other: one JSON object per packet."""

from typing import Literal

from msgspec import Struct, field

from flowyd.supervisor.messages import SwfJob
from flowyd.totals import CourierTotals

Told = Literal["answered", "gone", "refused", "expired", "idle"]
"""How a report ended; "idle" is that of a worker which had no task."""


class Hello(Struct, frozen=True, tag="hello"):
    """The first letter."""

    protocol: int
    log_format: str
    log_level: str


class Watch(Struct, frozen=True, tag="watch"):
    """A worker's heartbeats are yours; its board comes along. `swf` is where it gets its tasks."""

    worker: str
    swf: SwfJob


class Lost(Struct, frozen=True, tag="lost"):
    """A worker is gone and so is its process group: answer its task, if it has one."""

    worker: str
    reason: str
    message: str


ToCourier = Hello | Watch | Lost


class Ready(Struct, frozen=True, tag="ready"):
    """The courier works."""


class Closed(Struct, frozen=True, tag="closed"):
    """A lost worker's task is answered, or need not be; its board is let go."""

    worker: str
    told: Told


class Tally(Struct, frozen=True, tag="tally"):
    """What the courier did since it was started; a sign of life, once a second."""

    totals: CourierTotals = field(default_factory=CourierTotals)


FromCourier = Ready | Closed | Tally
