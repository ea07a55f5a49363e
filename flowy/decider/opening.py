"""Opening references: the execution stands still, just where it needs a text, until it has it.

Whoever needs one switches straight to the door, past the hub: nothing else of the execution runs
meanwhile, so the order of its code is the same whether a text was far away or at hand.
"""

from _thread import _local  # the decider imports no `threading`
from collections.abc import Callable, Mapping
from contextvars import Context
from dataclasses import dataclass
from typing import Any
from weakref import ref

from greenlet import getcurrent, greenlet

from flowy import references
from flowy.errors import SerializationError
from flowy.references import Reference


@dataclass(frozen=True, slots=True)
class Wants:
    """The texts of these references are needed to go on: load them, then call `supply`."""

    references: tuple[Reference, ...]


class Hub(greenlet):
    """A greenlet that runs one job after the other, each for the parent that it has then.

    A new one for each decision would cost 20 µs, most of it for the pages of its first frames.
    """

    job: Callable[[], Any] | None = None
    answer: Any = None

    def __init__(self) -> None:
        super().__init__(_serve)

    def work(self) -> greenlet:
        """Run the job, and say who waits for it."""
        assert self.job is not None  # noqa: S101  # whoever switches here has set one
        # In attributes, which `taken` clears: an idle hub must not keep an execution alive.
        self.answer = self.job()
        assert self.parent is not None  # noqa: S101  # only a thread's first greenlet has none
        return self.parent

    def taken(self) -> Any:
        """The answer of the job that ended, which is not kept."""
        answer, self.answer, self.job = self.answer, None, None
        return answer


def _serve() -> None:
    """Run jobs for ever; an error of one ends the hub and reaches its parent.

    Nothing here holds the hub while it is idle: a greenlet that its own frames hold never goes.
    """
    while True:
        _current().work().switch(None)


def _current() -> Hub:
    hub = getcurrent()
    assert isinstance(hub, Hub)  # noqa: S101  # only hubs serve
    return hub


def _nothing() -> Hub | None:
    return None


class _Idle(_local):
    """The hub of this thread that has nothing to do; greenlets do not leave their thread.

    Its executions keep it alive, and not the thread: what a thread leaves behind at its end is
    never freed, 5 KB each.
    """

    hub: Callable[[], Hub | None] = staticmethod(_nothing)

    def take(self) -> Hub:
        hub, self.hub = self.hub() or Hub(), _nothing
        hub.gr_context = Context()  # what the execution before it left there is not for this one
        return hub


_idle = _Idle()


class Opening:
    """Where one execution enters and leaves, and what it wants from outside."""

    def __init__(self) -> None:
        self._door: greenlet = getcurrent()
        self._hub: Hub | None = None
        self._keeps: Hub | None = None
        self._wanting: greenlet | None = None
        self._texts: dict[str, str] = {}

    def enter(self, job: Callable[[], Any]) -> Any:
        """Run a job in a hub until it ends, or until somebody wants a text: what either answers."""
        hub = self._keeps = self._hub = _idle.take()
        hub.job = job
        self._wanting = None
        return self._go(hub)

    def supply(self, texts: Mapping[str, str]) -> Any:
        """Go on with texts by hash; answers as `enter` does.

        Raises:
            RuntimeError: if nothing was wanted.
        """
        if self._wanting is None:
            raise RuntimeError("this execution wants no text")
        self._texts.update(texts)
        wanting, self._wanting = self._wanting, None
        return self._go(wanting)

    def opened(self, text: str) -> str:
        """The text with its references opened, also those inside of what they stand for.

        Raises:
            SerializationError: for one that grows beyond all measure.
        """
        while found := references.find(text):
            missing = tuple(needed for needed in found if needed.sha256 not in self._texts)
            if missing:
                self._wanting = getcurrent()
                self._door.switch(Wants(missing))
                self._check(missing)
            text = references.fill(text, self._texts)
        self._texts.clear()  # a long text is not kept for who may never ask again
        return text

    def _check(self, wanted: tuple[Reference, ...]) -> None:
        for reference in wanted:
            if reference.sha256 not in self._texts:  # to ask again and again would never end
                raise SerializationError(f"the payload {reference} was not supplied")

    def close(self) -> None:
        """End a hub that stands still; what it ran has been evicted."""
        self._wanting = self._keeps = None
        if self._hub is not None and not self._hub.dead:
            self._hub.parent = getcurrent()
            self._hub.throw()

    def _go(self, line: greenlet) -> Any:
        self._door = getcurrent()
        assert self._hub is not None  # noqa: S101  # enter came first
        self._hub.parent = self._door
        wants = line.switch()
        return self._ended(self._hub) if wants is None else wants

    def _ended(self, hub: Hub) -> Any:
        """The answer of the job that ended; its hub is free for the next one."""
        self._hub = None
        _idle.hub = ref(hub)
        return hub.taken()
