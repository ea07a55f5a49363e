"""The branches of one execution and the one FIFO that says which runs next."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

from greenlet import getcurrent, greenlet

from flowy.decider.branches import Branch, Evicted
from flowy.decider.branches import Owner as BranchOwner
from flowy.decider.canceling import Gate, Shield, parts_of, waits_for
from flowy.decider.chance import Chance, stream
from flowy.errors import SerializationError
from flowy.placeholders import Error, Outcome, Placeholder
from flowy.references import Unopened
from flowy.scopes import AllOptions

RESISTANCE = 50
"""How often evicted code may ask for something before its greenlet is given up."""


class Owner(BranchOwner, Protocol):
    """The execution that the lines belong to."""

    def open(self, closed: Unopened) -> None:
        """Find out what a value stands for."""


class Lines:
    """All lines of code of one execution: the main line and the branches that it spawned."""

    def __init__(self, owner: Owner, seed: str) -> None:
        self.live: dict[Branch, None] = {}  # an ordered set: the order must not depend on hashes
        self.dead = False
        self._owner = owner
        self._seed = seed
        self._ready: list[Callable[[], None]] = []  # an empty deque takes 760 bytes
        self._hub: greenlet = getcurrent()
        self._resisted = 0
        self._settled = 0
        self._unreadable: SerializationError | None = None
        self._failures: list[Placeholder[Any]] = []

    def current(self) -> Branch:
        """The branch that runs now.

        Raises:
            Evicted: when the execution was dropped: nothing more is asked.
            RuntimeError: outside of the execution's own code.
        """
        if self.dead:
            self._resist()
            raise Evicted
        branch = getcurrent()
        if isinstance(branch, Branch) and branch in self.live:
            return branch
        raise RuntimeError("only the workflow's own code, in its own thread, may do this")

    def start(
        self,
        path: str,
        code: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        options: AllOptions,
    ) -> Branch:
        """Queue a new line of code; it runs when its turn comes."""
        branch = Branch(self._owner, path, code, args, kwargs, options)
        self.live[branch] = None
        self._ready.append(partial(branch.resume, None))
        return branch

    def wait(self, placeholder: Placeholder[Any]) -> None:
        """Return once the placeholder is settled; called by workflow code.

        Raises:
            Canceled: in place of returning, once for each branch that was cancelled.
        """
        branch = self.current()
        if placeholder.outcome is None:
            branch.waiting = placeholder
            if branch.due:  # since a time when it was shielded, or did not wait
                self._unwind(branch)
            else:
                placeholder.then(partial(branch.resume, placeholder))
            self._hub.switch()
        if self.dead:
            raise Evicted
        if branch.due:
            branch.raise_interruption()

    def open(self, closed: Unopened) -> None:
        """Have the owner open a value; called by workflow code.

        One that cannot be read is no error of the code, which might swallow it: the drain ends.
        """
        self.current()
        try:
            self._owner.open(closed)
        except SerializationError as error:
            self._unreadable = error
            self._hub.switch()
        if self.dead:
            raise Evicted

    def settle(self, placeholder: Placeholder[Any], outcome: Outcome) -> None:
        """Settle a placeholder and queue who waits for it.

        Through the queue and never by recursion: a chain of thousands would overflow the stack.
        """
        if placeholder.outcome is None:
            self._settled += 1
            self._ready.extend(placeholder.settle(outcome, self._settled))
            if isinstance(outcome, Error):
                self._failures.append(placeholder)

    def unseen_failures(self) -> tuple[str, ...]:
        """Failed placeholders that nobody ever looked at, one line each."""
        unseen = [failed for failed in self._failures if not failed.looked_at]
        return tuple(f"nobody looked at {failed!r}" for failed in unseen)

    def random(self) -> Chance:
        """The running branch's own stream of random numbers."""
        branch = self.current()
        if branch.random is None:
            branch.random = stream(self._seed, branch.path)
        return branch.random

    def cancel(self, *, at_once: bool = False) -> None:
        """Raise `Canceled` once in each live branch, the youngest first.

        `at_once` does not wait for the end of what they wait for: the execution has failed.
        """
        for branch in reversed(self.live):
            self.interrupt(branch, at_once=at_once)

    def interrupt(self, branch: Branch, *, at_once: bool = False) -> None:
        """Raise `Canceled` where one branch waits. A second one would tear its clean-up: never."""
        if branch not in self.live or branch.canceled:
            return
        branch.canceled = branch.interrupted = True
        if branch.waiting is None or not branch.due:
            return
        if at_once:
            self._ready.append(partial(branch.resume, branch.waiting))
        else:
            self._unwind(branch)

    @contextmanager
    def shielded(self) -> Iterator[None]:
        """Keep the cancellation of the branch, and of those it spawns inside, until the end."""
        branch, shield = self.current(), Shield()
        branch.shields = (*branch.shields, shield)
        try:
            yield
        finally:
            shield.up = False
            branch.shields = tuple(each for each in branch.shields if each.up)
            if not self.dead:
                self._lower()

    def _lower(self) -> None:
        """Interrupt who was cancelled and waits, and whose last shield is down."""
        for branch in reversed(self.live):
            if branch.due and isinstance(branch.waiting, Placeholder):
                self._unwind(branch)

    def _unwind(self, branch: Branch) -> None:
        """Have `Canceled` raised in a branch, once all has ended that it waits for."""
        waits = branch.waiting
        assert isinstance(waits, Placeholder)  # noqa: S101  # callers look; a second time is a bug
        gate = branch.waiting = Gate()
        for part in parts_of(waits):
            ends = self._owner.request_cancel(part)
            if ends and part.outcome is None and not waits_for(part, branch):
                gate.pending[part] = None
                part.then(partial(self._ended, branch, gate, part))
        if not gate.pending:
            self._ready.append(partial(branch.resume, gate))

    def _ended(self, branch: Branch, gate: Gate, part: Placeholder[Any]) -> None:
        del gate.pending[part]
        if not gate.pending:
            branch.resume(gate)

    def drain(self, check: Callable[[], None]) -> None:
        """Run whatever is runnable, first come first served, until all wait.

        Raises:
            SerializationError: for a value that the code needs and nobody here can read.
        """
        self._hub = getcurrent()
        while self._ready:
            first, self._ready = self._ready, []
            for run in first:
                run()
                if self._unreadable is not None:
                    raise self._unreadable
                check()

    def evict(self) -> int:
        """Drop all code; its `finally` blocks run, with every call of flowy's dead.

        Only between activations, in the thread that made the execution. Returns how many branches
        resisted: their greenlets stay where they are, and their memory with them.
        """
        self.dead = True
        self._hub = getcurrent()
        left = 0
        for branch in list(self.live):
            self._resisted = 0
            branch.evict()
            left += not branch.dead
        self.live.clear()
        self._ready.clear()
        return left

    def _resist(self) -> None:
        """Code that goes on after its eviction is left where it stands, for good."""
        self._resisted += 1
        if self._resisted > RESISTANCE:
            self._hub.switch()
