"""Random numbers that replay repeats: the one place that knows `random`, and always seeded."""

from random import Random
from uuid import UUID

Chance = Random
"""One branch's stream of random numbers."""


def stream(seed: str, path: str) -> Chance:
    """The stream of one branch; in a shared one an edit in a branch would change all others."""
    return Random(f"{seed}/{path}")  # noqa: S311  # no secrets come of it


def uuid4(chance: Chance) -> UUID:
    """A random UUID of a stream."""
    return UUID(int=chance.getrandbits(128), version=4)
