"""Steps that join calls: all of them, the first, one after the other, and in coroutines."""

from typing import Any

from simulator.flow import Drawn, Line, Program, step

from flowy import TaskError, finish_order, first, gather, parallel_reduce, wait


@step("first")
def first_(flow: Drawn, line: Line, number: int, _: Program) -> Any:
    if len(line.calls) < 2:
        return False
    found = first(*line.calls[-3:])
    line.seen.append(flow.outcome(found))
    line.calls.append(flow.once({"first": found.name}))
    return True


@step("finish order")
def finish_order_(flow: Drawn, line: Line, number: int, _: Program) -> Any:
    if len(line.calls) < 2:
        return False
    for place, found in enumerate(finish_order(*line.calls[-4:])):
        value = flow.outcome(found)
        if place == number % 4:
            line.calls.append(flow.work({place: value}))
    return True


@step("gather")
def gather_(flow: Drawn, line: Line, number: int, _: Program) -> Any:
    if len(line.calls) < 2:
        return False
    together = gather(*line.calls[-3:])
    line.calls.append(flow.once(together) if number % 2 else together)
    return True


@step("wait for all")
def wait_for_all(flow: Drawn, line: Line, number: int, _: Program) -> Any:
    if len(line.calls) < 2:
        return False
    wait(*line.calls[-5:])
    line.seen.append([found.done() for found in line.calls])
    return True


@step("map")
def map_(flow: Drawn, line: Line, number: int, _: Program) -> None:
    def one(item: int) -> Any:
        return flow.outcome(flow.once(item))

    code: Any = flow.work if number % 2 else one
    line.calls.append(flow.map(code, range(number % 6 + 1), at_once=number % 3 + 1))


@step("map over children")
def map_over_children(flow: Drawn, line: Line, number: int, _: Program) -> None:
    items = range(number % 6 + 2)
    line.calls.append(flow.map(flow.work, items, at_once=number % 5 + 1, per_child=2))


@step("reduce")
def reduce(flow: Drawn, line: Line, number: int, _: Program) -> None:
    items = [*line.calls[-2:], 1, 2, 3][: number % 4 + 2]
    line.calls.append(parallel_reduce(flow.work, items))


@step("async")
def async_(flow: Drawn, line: Line, number: int, inner: Program) -> None:
    """A coroutine that awaits what it began, inside of a block, in a branch of its own."""

    async def play(given: list[Any]) -> list[Any]:
        own = Line(given)
        block = flow.shielded() if number % 2 else flow.options(priority=1)
        async with block:
            flow.steps(inner, own)
            value = await one()
        return [*own.seen, value, *[flow.outcome(call) for call in own.calls[len(given) :]]]

    async def one() -> Any:
        try:
            return await flow.work("async")
        except TaskError as error:
            return type(error).__name__

    line.calls.append(flow.spawn(play, line.calls[: number % 3]))
