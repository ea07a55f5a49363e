"""Programs drawn as data: a failing one is shrunk to the steps that it needs.

Chance is one seeded `Random` and not hypothesis: that repeats and varies what it has seen, so that
rare steps stay rare however long it runs, and here each of them must come often.
"""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

LEAVES = {
    "call": 6,
    "pass on": 2,
    "sleep": 3,
    "wait": 3,
    "use": 3,
    "done": 1,
    "cancel": 2,
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
    "twins": 1,
    "cancel child": 2,
    "cancel me": 1,
    "signal child": 2,
    "lambda": 3,
    "external signal": 2,
    "external cancel": 1,
    "first": 2,
    "finish order": 2,
    "gather": 2,
    "wait for all": 2,
    "map": 1,
    "map over children": 1,
    "reduce": 1,
    "edited policy": 2,
    "edited input": 1,
    "fatal": 2,
    "unhandled": 1,
    "fail": 1,
}
BLOCKS = {
    "spawn": 4,
    "finally": 2,
    "clean up": 2,
    "options": 3,
    "if": 2,
    "shield": 2,
    "patched": 3,
    "child": 6,
    "restart": 1,
    "async": 2,
}
"""How often each step is drawn, among its kind."""
DEEPEST = 3

Program = list[list[Any]]


def draw(luck: Random, depth: int = DEEPEST) -> Program:
    """A list of steps, each with an inner program where it has one."""
    count = luck.randint(6, 14) if depth == DEEPEST else luck.randint(1, 4)
    return [draw_step(luck, depth) for _ in range(count)]


def draw_step(luck: Random, depth: int) -> list[Any]:
    number = luck.randrange(100)
    if depth == 0 or luck.random() < 0.67:
        return [weighted(luck, LEAVES), number, []]
    return [weighted(luck, BLOCKS), number, draw(luck, depth - 1)]


def weighted(luck: Random, weights: dict[str, int]) -> str:
    return luck.choices(list(weights), list(weights.values()))[0]


def shrunk(program: Program, fails: Callable[[Program], object]) -> Program:
    """The smallest program, by steps left out, that still fails."""
    for smaller in smaller_ones(program):
        if fails(smaller):
            return shrunk(smaller, fails)
    return program


def smaller_ones(program: Program) -> Iterator[Program]:
    """The program without one of its steps, or with another's inner steps in its place."""
    for place, (name, number, inner) in enumerate(program):
        before, after = program[:place], program[place + 1 :]
        yield before + after
        if inner:
            yield before + inner + after
        for smaller in smaller_ones(inner):
            yield [*before, [name, number, smaller], *after]
