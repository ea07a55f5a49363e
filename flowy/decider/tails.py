"""What recorded answers left unsent, and how history bounds what can still be in there.

An answer tells how much it held of each type. What it kept back for lack of room it only counts;
but all of that has gone out, or is held, with the first later answer that keeps nothing back.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct

from flowy.decider import identity
from flowy.decider.identity import Lane
from flowy.decider.turns import Turn


class Tail(Struct, frozen=True):
    """What became of the tail of one recorded answer, by the names of decision types.

    `asked` is how many of each type that is held then the code had asked for since it began, by the
    first answer from this one on that keeps nothing back; None while there is none. `overtaken` are
    the types that were held until now in that case: others passed them, out of turn.
    """

    asked: Mapping[str, int] | None = None
    overtaken: frozenset[str] = frozenset()


def tails(turns: Iterable[Turn], confirmed: Mapping[Lane, int]) -> dict[int, Tail]:
    """The tail of each recorded turn by its start; `confirmed` was recorded before the first."""
    done = [turn for turn in turns if turn.completed]
    totals = _totals(done, confirmed)
    found: dict[int, Tail] = {}
    tail = Tail()
    for turn in reversed(done):
        if not turn.context.kept_back:
            tail = Tail(totals[turn.started])
        elif tail.asked is None:
            tail = Tail(None, tail.overtaken.union(turn.context.held))
        found[turn.started] = tail
    return found


def _totals(turns: Iterable[Turn], confirmed: Mapping[Lane, int]) -> dict[int, dict[str, int]]:
    """How many of each held type were recorded by the end of a turn, or held there."""
    recorded = Counter({lane.__name__: count for lane, count in confirmed.items()})
    totals: dict[int, dict[str, int]] = {}
    for turn in turns:
        recorded.update(
            identity.lane_of_event(event.attributes).__name__
            for event in turn.batch
            if identity.records_decision(event.attributes)
        )
        held = turn.context.held
        totals[turn.started] = {name: recorded[name] + count for name, count in held.items()}
    return totals
