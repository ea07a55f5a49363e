"""Tasks on their way from the threads that poll to the one that works on them."""

from collections.abc import Iterable, Iterator
from queue import SimpleQueue
from threading import Event, Thread
from typing import Generic, TypeVar

T = TypeVar("T")


class HandOver(Generic[T]):
    """One thread per task list hands over one task, and polls again once that one is answered.

    First come, first served: so no list starves another.
    """

    def __init__(self) -> None:
        self._inbox: SimpleQueue[tuple[T, Event] | None] = SimpleQueue()
        self._polling = 0

    def poll(self, name: str, tasks: Iterable[T]) -> None:
        """Begin to take tasks in a thread of that name, until there are no more."""
        self._polling += 1
        # A daemon: who works may be interrupted, and then nobody takes its task.
        Thread(target=self._run, args=(tasks,), name=name, daemon=True).start()

    def tasks(self) -> Iterator[T]:
        """The tasks, in the caller's thread, until all the others have ended."""
        while self._polling:
            item = self._inbox.get()
            if item is None:
                self._polling -= 1
                continue
            task, answered = item
            try:
                yield task
            finally:
                answered.set()

    def _run(self, tasks: Iterable[T]) -> None:
        try:
            for task in tasks:
                answered = Event()
                self._inbox.put((task, answered))
                answered.wait()
        finally:
            self._inbox.put(None)
