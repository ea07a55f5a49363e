"""Task lists: queues by priority, then by arrival."""

import heapq
from typing import Literal, NamedTuple

from msgspec import Struct, field

Space = Literal["activity", "decision", "lambda"]


class Place(NamedTuple):
    """A task list: activities and decisions live in separate spaces of a domain.

    The third space is ours: Lambda functions have no task lists in SWF, so each domain has one.
    """

    space: Space
    domain: str
    name: str


def lambda_place(domain: str) -> Place:
    """Where the Lambda functions of a domain wait; no task list of SWF's has an empty name."""
    return Place("lambda", domain, "")


class TaskKey(NamedTuple):
    run_id: str
    scheduled_id: int


class _Queue(Struct):
    heap: list[tuple[int, int, TaskKey]] = field(default_factory=list)
    live: dict[TaskKey, int] = field(default_factory=dict)


_STALE = 64
"""Entries of withdrawn tasks that a queue may hold beyond twice its live ones."""


def _sweep(queue: _Queue) -> None:
    """Forget withdrawn tasks: with no poller around nobody else would ever take them out."""
    queue.heap = [entry for entry in queue.heap if queue.live.get(entry[2]) == entry[1]]
    heapq.heapify(queue.heap)


class TaskLists:
    """All task lists. Made by their first use; an empty one costs nothing.

    `fresh` holds the places that got a task since somebody last looked.
    """

    def __init__(self) -> None:
        self._queues: dict[Place, _Queue] = {}
        self._places: dict[TaskKey, Place] = {}
        self._arrivals = 0
        self.fresh: set[Place] = set()

    def offer(self, place: Place, key: TaskKey, priority: str | None) -> None:
        """Put a task on its list; one that is there already stays where it is."""
        if key in self._places:
            return
        queue = self._queues.setdefault(place, _Queue())
        self._places[key] = place
        self._arrivals += 1
        queue.live[key] = self._arrivals
        heapq.heappush(queue.heap, (-int(priority or 0), self._arrivals, key))
        self.fresh.add(place)

    def withdraw(self, key: TaskKey) -> None:
        """Take a task off its list, if it is on one."""
        place = self._places.pop(key, None)
        if place is not None:
            queue = self._queues[place]
            del queue.live[key]
            if not queue.live:
                del self._queues[place]
            elif len(queue.heap) > _STALE + 2 * len(queue.live):
                _sweep(queue)

    def take(self, place: Place) -> TaskKey | None:
        """Take the next task: the highest priority, then the one that came first."""
        queue = self._queues.get(place)
        while queue is not None and queue.heap:
            _, arrival, key = heapq.heappop(queue.heap)
            if queue.live.get(key) == arrival:
                self.withdraw(key)
                return key
        return None

    def count(self, place: Place) -> int:
        """How many tasks wait."""
        queue = self._queues.get(place)
        return len(queue.live) if queue else 0

    def waiting(self) -> list[Place]:
        """Tell the lists on which tasks wait, in the order in which they got their first one."""
        return list(self._queues)
