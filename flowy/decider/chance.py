"""Random numbers that replay repeats: the one place that knows `random`, and always seeded."""

from random import Random

Chance = Random
"""One branch's stream of random numbers."""


def stream(seed: str, path: str) -> Chance:
    """The stream of one branch; in a shared one an edit in a branch would change all others."""
    return Random(f"{seed}/{path}")  # noqa: S311  # no secrets come of it
