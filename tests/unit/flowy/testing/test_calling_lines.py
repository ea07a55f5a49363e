"""`flowy.testing.call` with branches, combinators, maps and coroutines."""

import pytest

from flowy import (
    ActivityProxy,
    TaskFailed,
    Workflow,
    activity,
    finish_order,
    first,
    gather,
    parallel_reduce,
    wait,
)
from flowy.testing import call


@activity("Triple", 1, "numbers")
def triple(number):
    return 3 * number


class Numbers(Workflow):
    tenfold = ActivityProxy("Tenfold", 1)
    add = ActivityProxy("Add", 1)
    triple = ActivityProxy(triple)


FUNCTIONS = {"tenfold": lambda n: 10 * n, "add": lambda a, b: a + b}


def result(run, **functions):
    return call(type("Numbers", (Numbers,), {"run": run}), **(FUNCTIONS | functions))


def test_combinators_work_on_plain_functions():
    def run(self):
        calls = [self.tenfold(n) for n in (1, 2, 3)]
        wait(*calls)
        return [
            gather(*calls),
            first(*calls).result(),
            [done.result() for done in finish_order(*calls)],
            parallel_reduce(self.add, calls),
            parallel_reduce(lambda a, b: self.add(a, b).result(), calls),
            self.map(self.tenfold, range(4), at_once=2),
            self.map(lambda n: self.tenfold(n).result() + 1, [5]),
        ]

    tens = [10, 20, 30]
    assert result(run) == [tens, 10, tens, 60, 60, [0, 10, 20, 30], [51]]


def test_a_map_over_child_executions_runs_the_functions_too():
    def run(self):
        return [
            self.map(self.tenfold, range(5), per_child=2),
            self.map(self.triple, [7], per_child=2),
        ]

    assert result(run) == [[0, 10, 20, 30, 40], [21]]


def test_an_error_in_a_slice_is_a_task_failed():
    def run(self):
        with pytest.raises(TaskFailed, match="division"):
            self.map(self.tenfold, [1], per_child=1).result()

    result(run, tenfold=lambda n: n / 0)


def test_async_code_blocks_and_branches_run():
    async def run(self):
        async def one(number):
            async with self.shielded():
                return await self.tenfold(number)

        return [await self.spawn(one, 4), *await gather(self.tenfold(1), self.tenfold(2))]

    assert result(run) == [40, 10, 20]
