"""Cancellation: what a branch waits for has its end first, then `Canceled` is raised, once.

A cancelled activity may clean up and answer late; who raised at once would close the execution,
and SWF would drop the answer.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

from flowy.placeholders import Joined, Placeholder


@dataclass(eq=False, slots=True)
class Shield:
    """A `with self.shielded():` block, shared with the branches that are spawned inside."""

    up: bool = True


@dataclass(eq=False, slots=True)
class Gate:
    """What an interrupted branch waits for: the end of all that it waited for before."""

    pending: dict[Placeholder[Any], None] = field(default_factory=dict)


class Waiting(Protocol):
    """A branch, as far as it matters here."""

    waiting: Placeholder[Any] | Gate | None


def parts_of(placeholder: Placeholder[Any]) -> list[Placeholder[Any]]:
    """The unsettled placeholders that stand behind one, each once: itself, or what it joins."""
    found: dict[Placeholder[Any], None] = {}
    left = [placeholder]
    while left:
        part = left.pop()
        if part.outcome is not None or part in found:
            continue
        if isinstance(part.source, Joined):
            left.extend(reversed(part.source.parts()))
        else:
            found[part] = None
    return list(found)


def waits_for(placeholder: Placeholder[Any], branch: Waiting) -> bool:
    """Whether the branch behind a placeholder waits, by way of others, for this very branch.

    Branches that wait for each other never end; cancelling them must end them all the same.
    """
    seen: set[int] = set()
    left = [placeholder]
    while left:
        source: Any = left.pop().source
        if source is branch:
            return True
        waiting = getattr(source, "waiting", None)
        if isinstance(waiting, Gate) and id(waiting) not in seen:
            seen.add(id(waiting))
            left.extend(waiting.pending)
    return False
