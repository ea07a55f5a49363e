"""The message of a difference: recorded and asked side by side, and the edit, if one can tell.

Pure: two lists of what stood at each position go in, a text for people comes out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

SHOWN = 500
"""Characters of arguments that are shown."""
BEFORE = 60
"""Characters shown before the first one that differs, in arguments too long to show whole."""


@dataclass(frozen=True, slots=True)
class Side:
    """One position of either side: `kind` and `names` tell what, `where` an event or a line.

    `arguments` None: they are not compared.
    """

    kind: str
    names: tuple[str, ...]
    arguments: str | None
    where: str

    @property
    def name(self) -> str:
        """`ScheduleActivityTask resize-2 of Resize/1`."""
        return f"{self.kind} {' of '.join(self.names)}".strip()

    @property
    def likeness(self) -> tuple[object, ...]:
        """What stays when an edit shifts the numbers of calls: all but the call's number."""
        return (self.kind, *(re.sub(r"-\d+(~\d+)?$", "", n) for n in self.names), self.arguments)


Sides = Sequence[Side]


def explain(turn: int, recorded: Sides, asked: Sides) -> str:
    """Both sides at the first position that differs, and the edit that explains it.

    Args:
        turn: the id of the DecisionTaskStarted.
        recorded: what history holds of that turn.
        asked: what the code asked for instead.
    """
    number = next(n for n, (a, b) in enumerate(zip_longest(recorded, asked)) if not alike(a, b))
    there = recorded[number] if number < len(recorded) else None
    here = asked[number] if number < len(asked) else None
    start = first_difference(there, here)
    lines = [
        f"the decision of turn {turn} differs at its position {number + 1}:",
        f"    recorded: {there.where + ', ' if there else ''}{shown(there, start)}",
        f"    asked:    {shown(here, start)} {here.where if here else ''}".rstrip(),
    ]
    edited = edit(recorded, asked) or same_call(there, here)
    return "\n".join([*lines, f"    {edited}"] if edited else lines)


def alike(recorded: Side | None, asked: Side | None) -> bool:
    """Whether both positions hold the same call."""
    if recorded is None or asked is None:
        return recorded is asked
    if (recorded.kind, recorded.names) != (asked.kind, asked.names):
        return False
    return None in (recorded.arguments, asked.arguments) or recorded.arguments == asked.arguments


def shown(side: Side | None, start: int) -> str:
    """One side for people, its arguments from a little before where they differ."""
    if side is None:
        return "nothing more"
    text = side.arguments or ""
    begin = max(start - BEFORE, 0) if len(text) > SHOWN else 0
    part = ("…" if begin else "") + text[begin : begin + SHOWN]
    return f"{side.name} with {part}" if text else side.name


def first_difference(recorded: Side | None, asked: Side | None) -> int:
    """The first character at which the arguments of both differ."""
    pair = zip_longest(
        (recorded.arguments or "") if recorded else "", (asked.arguments or "") if asked else ""
    )
    return next((n for n, (a, b) in enumerate(pair) if a != b), 0)


def same_call(recorded: Side | None, asked: Side | None) -> str:
    """That one call has other arguments now."""
    if recorded is None or asked is None or recorded.name != asked.name:
        return ""
    return f"the arguments of {asked.name} are others now"


def edit(recorded: Sides, asked: Sides) -> str:
    """The one call that was added, removed or moved; empty where no single edit explains it."""
    old = [side.likeness for side in recorded]
    new = [side.likeness for side in asked]
    begin = common(old, new)
    end = min(common(old[::-1], new[::-1]), len(old) - begin, len(new) - begin)
    a, b = old[begin : len(old) - end], new[begin : len(new) - end]
    if not a and len(b) == 1:
        return f"one call was added: {asked[begin].name} ({asked[begin].where})"
    if not b and len(a) == 1:
        return f"one call was removed: {recorded[begin].name} ({recorded[begin].where})"
    if len(a) == len(b) > 1 and a[1:] == b[:-1] and a[0] == b[-1]:
        return moved(asked[begin + len(b) - 1], "later")
    if len(a) == len(b) > 1 and a[:-1] == b[1:] and a[-1] == b[0]:
        return moved(asked[begin], "earlier")
    if len(a) == len(b) and sorted(map(repr, a)) == sorted(map(repr, b)) and a != b:
        return "the calls are the same, in another order"
    return ""


def moved(side: Side, how: str) -> str:
    """That one call is asked for at another time than the recorded code did."""
    return f"one call was moved: {side.name} is asked for {how} now ({side.where})"


def common(one: Sequence[object], other: Sequence[object]) -> int:
    """How many positions, from the first, are equal."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))
