"""Which suspended executions a decider keeps: the least recently used one goes first. Pure."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from flowy.swf.values import ExecutionId

V = TypeVar("V")
Reason = Literal["count", "memory", "closed", "parked", "stale", "broken", "leaving", "resisted"]
"""Why an execution is kept no longer."""

TENTH = 10
"""Under pressure a tenth goes: one by one the pressure would be measured all the time."""
SLACK = 50
"""Memory that was freed mostly stays resident: a fiftieth more is growth again."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a decider keeps: so many executions, and so many bytes of memory for them.

    A suspended execution takes 10 to 20 KB, and what its code holds in variables besides. `growth`
    is resident memory above that at the start.
    """

    count: int = 5_000
    growth: int = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Pressure:
    """Resident bytes: `bound` is what is allowed, above `limit` executions are evicted."""

    bound: int
    limit: int


def relieved(pressure: Pressure, resident: int, count: int) -> tuple[Pressure, int]:
    """The pressure after a measurement, and how many of `count` executions to evict."""
    if resident <= pressure.bound:
        return Pressure(pressure.bound, pressure.bound), 0
    if resident <= pressure.limit:
        return pressure, 0
    return Pressure(pressure.bound, resident + resident // SLACK), -(-count // TENTH)


class Kept(Generic[V]):
    """What is kept, in the order of its last use. `resident` is the memory at the start."""

    def __init__(self, bounds: Bounds, resident: int) -> None:
        self._count = bounds.count
        self._pressure = Pressure(resident + bounds.growth, resident + bounds.growth)
        self._by_execution: OrderedDict[ExecutionId, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._by_execution)

    def find(self, execution: ExecutionId) -> V | None:
        """What is kept of an execution; this is no use of it."""
        return self._by_execution.get(execution)

    def take(self, execution: ExecutionId) -> V | None:
        """What is kept of an execution, which is not kept meanwhile."""
        return self._by_execution.pop(execution, None)

    def put(self, execution: ExecutionId, value: V) -> None:
        """Keep what was just used."""
        self._by_execution[execution] = value

    def over_count(self) -> list[V]:
        """Take out what there is too much of, the least recently used first."""
        return self._oldest(len(self) - self._count)

    def over_memory(self, resident: int) -> list[V]:
        """Take out what must go when the process has so many bytes of resident memory."""
        self._pressure, surplus = relieved(self._pressure, resident, len(self))
        return self._oldest(surplus)

    def all(self) -> list[V]:
        """Take everything out."""
        return self._oldest(len(self))

    def _oldest(self, count: int) -> list[V]:
        return [self._by_execution.popitem(last=False)[1] for _ in range(count)]
