"""Programs drawn as data, by hypothesis: a failing one is shrunk to its essence."""

from typing import Any

from hypothesis import strategies as st

LEAVES = {
    "call": 6,
    "pass on": 2,
    "sleep": 3,
    "wait": 3,
    "use": 3,
    "done": 1,
    "cancel": 1,
    "cancel later": 6,
    "now": 1,
    "random": 1,
    "uuid4": 1,
    "signal": 2,
    "side effect": 2,
    "marker": 1,
    "log": 1,
    "context": 1,
    "child failed": 2,
    "cancel me": 1,
    "signal child": 1,
    "lambda": 2,
    "external signal": 2,
    "external cancel": 1,
    "edited policy": 2,
    "unhandled": 1,
    "fail": 2,
}
BLOCKS = {
    "spawn": 4,
    "finally": 2,
    "clean up": 2,
    "options": 3,
    "if": 2,
    "shield": 2,
    "patched": 3,
    "child": 4,
    "restart": 1,
}
"""How often each step is drawn, among its kind."""
DEEPEST = 3


def weighted(weights: dict[str, int]) -> st.SearchStrategy[str]:
    return st.sampled_from([name for name, weight in weights.items() for _ in range(weight)])


def steps(depth: int) -> st.SearchStrategy[Any]:
    """One step, with an inner program where it has one."""
    leaf = st.tuples(weighted(LEAVES), st.integers(0, 99), st.just(()))
    if depth == 0:
        return leaf
    block = st.tuples(weighted(BLOCKS), st.integers(0, 99), programs(depth - 1))
    return st.one_of(leaf, leaf, block)


def programs(depth: int = DEEPEST) -> st.SearchStrategy[Any]:
    """A list of steps."""
    least, most = (6, 14) if depth == DEEPEST else (1, 4)
    return st.lists(steps(depth), min_size=least, max_size=most)
