"""The loop: order, alarms that are called off, tasks that die, errors that come out."""

from random import Random

import pytest

from flowy.testing.clock import VirtualClock
from flowy.testing.loop import Loop


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
def loop(clock):
    made = Loop(clock, Random(0))
    yield made
    made.close()


def run(loop, clock):
    while (at := loop.next_at()) is not None:
        clock.move(at)
        loop.run_due()


def test_what_waits_goes_on_in_the_order_of_its_moments_then_of_its_asking(loop, clock):
    order = []

    def task(name, seconds):
        loop.pause(seconds)
        order.append((name, loop.monotonic()))

    begun = loop.monotonic()
    for name, seconds in [("late", 3), ("first", 1), ("second", 1)]:
        loop.spawn(lambda name=name, seconds=seconds: task(name, seconds))
    run(loop, clock)
    assert order == [("first", begun + 1), ("second", begun + 1), ("late", begun + 3)]


def test_an_alarm_that_was_called_off_moves_no_clock(loop):
    alarm = loop.after(5, lambda: pytest.fail("it was called off"))
    alarm.call_off()
    assert loop.next_at() is None


def test_nothing_runs_after_a_task_died(loop, clock):
    reached = []

    def dies():
        loop.die()
        reached.append("after death")

    loop.spawn(dies)
    run(loop, clock)
    assert not reached


def test_an_error_of_ours_comes_out_where_the_loop_is_run(loop, clock):
    def fails():
        loop.pause(1)
        raise KeyError("bug")

    loop.spawn(fails)
    with pytest.raises(KeyError, match="bug"):
        run(loop, clock)


def test_outside_of_tasks_nothing_can_wait(loop):
    with pytest.raises(RuntimeError):
        loop.pause(1)


def test_code_that_resists_its_end_is_ended_all_the_same(loop):
    ended = []

    def resists():
        try:
            loop.pause(1)
        finally:
            ended.append("begins to")
            loop.pause(1)
            ended.append("resists")

    loop.spawn(resists)
    loop.close()
    assert ended == ["begins to"]
