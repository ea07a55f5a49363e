"""Generations of code: the one that workers come from, and one that would follow it. Values."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Terms:
    """What the configuration says of a pool and the machine must know."""

    drain_ms: int
    plugins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Want:
    """What a configuration wants of a pool."""

    processes: int
    terms: Terms


@dataclass(frozen=True, slots=True)
class Plan:
    """What a reload is to bring. `ask` numbers the reloads that somebody asked for.

    `in_place`: only sizes differ, and the code on disk is that of the generation. `replay_open`:
    the new code must replay the executions that are open.
    """

    ask: int
    pools: Mapping[str, Want]
    in_place: bool = False
    replay_open: bool = False


# The stages of a reload; before the last one is over nothing that works is touched.


@dataclass(frozen=True, slots=True)
class Loading:
    """The zygote of generation `number` loads its plugins, until `deadline`."""

    plan: Plan
    number: int
    deadline: int


@dataclass(frozen=True, slots=True)
class Enrolling:
    """Its one-shot child compares types, then registers those that are missing."""

    plan: Plan
    number: int
    deadline: int


@dataclass(frozen=True, slots=True)
class Starting:
    """Its workers start, pool by pool, beside those of the generation before.

    `added` are the pools that there were not before.
    """

    plan: Plan
    number: int
    deadline: int
    added: frozenset[str] = frozenset()


Incoming = Loading | Enrolling | Starting


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a reload ended; `reason` says why it was rejected. It covers all asks up to `ask`."""

    ask: int
    ok: bool
    reason: str
    at: int


@dataclass(frozen=True, slots=True)
class Reloads:
    """The reload that runs, the one that waits for it, and the one that ended last.

    `highest` is the highest number that a generation ever had.
    """

    incoming: Incoming | None = None
    queued: Plan | None = None
    last: Outcome | None = None
    highest: int = 1
    results: Mapping[bool, int] = field(default_factory=dict)
