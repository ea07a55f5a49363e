"""Threads that poll hand their tasks to the one that works."""

from collections import Counter
from itertools import islice
from threading import Event, get_ident

import pytest

from flowy.worker.hand_over import HandOver

SECONDS = 20


def test_all_tasks_are_worked_on_in_the_thread_that_asks_for_them():
    hands = HandOver()
    hands.poll("one", iter("abc"))
    hands.poll("two", iter("xyz"))
    found = [(task, get_ident()) for task in hands.tasks()]
    assert "".join(sorted(task for task, _ in found)) == "abcxyz"
    assert {ident for _, ident in found} == {get_ident()}


def test_a_list_is_polled_again_once_its_task_is_answered_and_not_before():
    polled, answered = [], []

    def polls():
        for number in range(3):
            polled.append((number, list(answered)))
            yield number

    hands = HandOver()
    hands.poll("one", polls())
    answered.extend(hands.tasks())  # one by one, as they come
    assert polled == [(0, []), (1, [0]), (2, [0, 1])]


def test_a_list_that_always_has_a_task_starves_no_other():
    begun = Event()

    def endless(name):
        while True:
            yield name

    hands = HandOver()
    hands.poll("a", endless("a"))
    hands.poll("b", endless("b"))
    counts = Counter()
    for name in islice(hands.tasks(), 2_000):
        counts[name] += 1
        if len(counts) == 2:
            begun.set()
    assert begun.is_set()
    assert min(counts.values()) > 100


def test_an_idle_list_keeps_nobody_from_the_tasks_of_the_other():
    released = Event()

    def idle():
        assert released.wait(SECONDS)
        yield from ()

    hands = HandOver()
    hands.poll("idle", idle())
    hands.poll("busy", iter("ab"))
    tasks = hands.tasks()
    assert [next(tasks), next(tasks)] == ["a", "b"]
    released.set()
    with pytest.raises(StopIteration):
        next(tasks)
