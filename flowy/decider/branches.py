"""Lines of workflow code, each in a greenlet: a waiting `.result()` leaves its stack where it is.

The next decision resumes it there, so a decision costs what its new events cost, not its history.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NoReturn, Protocol

from greenlet import GreenletExit, getcurrent, greenlet

from flowy.decider.canceling import Gate, Shield
from flowy.decider.chance import Chance
from flowy.decider.coroutines import ForeignAwait, drive
from flowy.errors import Canceled
from flowy.placeholders import Joined, Placeholder, find
from flowy.scopes import AllOptions

LONGEST_PATH = 200
"""Characters of a branch path; SWF's ids have 256, the call's name and number follow."""


class Evicted(GreenletExit):
    """The execution is dropped; raised where the code waits. Not an outcome of the code."""


@dataclass(frozen=True, slots=True)
class Returned:
    """The code returned a value."""

    value: Any


@dataclass(frozen=True, slots=True)
class Raised:
    """The code raised; what that means depends on the exception."""

    error: BaseException


Ending = Returned | Raised


class Owner(Protocol):
    """The execution that a branch belongs to."""

    def request_cancel(self, placeholder: Placeholder[Any]) -> bool:
        """Ask to cancel what a placeholder stands for; whether its outcome is sure to come."""

    def unfit(self, error: BaseException) -> None:
        """Note that the code cannot go on, and why: no outcome of it."""

    def ended(self, branch: "Branch", ending: Ending) -> None:
        """Take the way a branch ended."""


class Branch(greenlet):
    """One line of workflow code. `path` scopes the ids of its calls, so an edit stays inside it."""

    __slots__ = (
        "_args",
        "_code",
        "_kwargs",
        "_numbers",
        "_owner",
        "canceled",
        "interrupted",
        "options",
        "path",
        "placeholder",
        "random",
        "shields",
        "waiting",
    )

    def __init__(
        self,
        owner: Owner,
        path: str,
        code: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        options: AllOptions,
    ) -> None:
        super().__init__(self._main)
        self.gr_context = copy_context()  # a greenlet starts with an empty one
        self.path = path
        self.options = options
        self.placeholder: Placeholder[Any] | None = None
        self.waiting: Placeholder[Any] | Gate | None = None
        self.shields: tuple[Shield, ...] = ()
        self.canceled = False
        self.interrupted = False
        self.random: Chance | None = None
        self._owner = owner
        self._code = code
        self._args = args
        self._kwargs = kwargs
        self._numbers: dict[str, int] = {}

    def number(self, name: str) -> str:
        """The id of the next call of that name: branch path, name, call number in the branch."""
        count = self._numbers[name] = self._numbers.get(name, 0) + 1
        return f"{self.path}{name}-{count}"

    @contextmanager
    def scoped(self, options: AllOptions) -> Iterator[None]:
        """Options that hold for the calls made inside, over those that hold already."""
        outer = self.options
        self.options = options.over(outer)
        try:
            yield
        finally:
            self.options = outer

    @property
    def due(self) -> bool:
        """Whether the code was cancelled, not told so yet, and may be told now."""
        return self.interrupted and not any(shield.up for shield in self.shields)

    def resume(self, waited_for: Placeholder[Any] | Gate | None) -> None:
        """Go on, if the branch still waits for this (None: it has not begun)."""
        if not self.dead and self.waiting is waited_for:
            self.waiting = None
            self.parent = getcurrent()  # the hub may be another greenlet each time
            self.switch()

    def raise_interruption(self) -> NoReturn:
        """Raise the cancellation that was asked for, once."""
        self.interrupted = False
        raise Canceled

    def evict(self) -> None:
        """Unwind the code; its `finally` blocks run and cannot be prevented."""
        if not self.dead:
            self.parent = getcurrent()
            self.throw(Evicted)

    def _main(self) -> None:
        try:
            ending: Ending = Returned(self._run())
        except Evicted:
            return
        except BaseException as error:  # noqa: BLE001  # task execution: the owner sorts it
            ending = Raised(error)
        self._owner.ended(self, ending)

    def _run(self) -> Any:
        value = self._code(*self._args, **self._kwargs)
        if inspect.iscoroutine(value):
            value = drive(value, self._refuse)
        elif inspect.isawaitable(value) and not isinstance(value, Placeholder):
            raise ForeignAwait(repr(value))
        # Other code of the workflow will look into a container; all else is handed on unopened.
        opened = self.placeholder is not None and not is_single(value)
        for placeholder in find(value):
            _ = placeholder.result() if opened else placeholder.settled()
        return value

    def _refuse(self, error: ForeignAwait) -> NoReturn:
        self._owner.unfit(error)
        hub = self.parent
        while hub is not None:
            hub.switch()  # only the eviction comes back, by raising
        raise error


def is_single(value: Any) -> bool:
    """Whether it is a placeholder of one thing, which another may stand for as it is."""
    return isinstance(value, Placeholder) and not isinstance(value.source, Joined)


def scoped_path(name: str) -> str:
    """The path that a branch's own calls begin with; a long one is replaced by its hash."""
    if len(name) <= LONGEST_PATH:
        return f"{name}."
    return f"{sha256(name.encode()).hexdigest()[:32]}."
