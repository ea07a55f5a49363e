"""The retry policy: three budgets, each spent by its own kind of failure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowy.errors import TaskCanceled, TaskFailed, TaskLost, TaskNotScheduled, TaskTimedOut
from flowy.retry import Again, Budget, GiveUp, Spent, charge, next_attempt

ERRORS = [
    TaskFailed("ValueError"),
    TaskTimedOut("START_TO_CLOSE"),
    TaskLost("signal 9"),
    TaskFailed("flowy.NotBegun"),
]


def run(budget, errors):
    """How many attempts a task that fails with these errors gets."""
    spent = Spent()
    for number, error in enumerate(errors, 1):
        spent = charge(spent, error)
        if next_attempt(budget, spent, error) == GiveUp():
            return number
    return len(errors) + 1


@pytest.mark.parametrize("error", ERRORS[:2])
def test_failures_and_time_outs_spend_retry(error):
    assert run(Budget(retry=2, lost=9), [error] * 10) == 3


def test_lost_workers_spend_lost_and_zero_means_at_most_once():
    assert run(Budget(retry=9, lost=3), [TaskLost("x")] * 10) == 4
    assert run(Budget(retry=9, lost=0), [TaskLost("x")] * 10) == 1


def test_tasks_that_were_not_begun_are_free():
    assert run(Budget(retry=0, lost=0), [TaskFailed("flowy.UnknownType")] * 50) == 51


@pytest.mark.parametrize("error", [TaskCanceled(), TaskNotScheduled("X")])
def test_refusals_and_cancellations_are_never_tried_again(error):
    assert next_attempt(Budget(retry=5), Spent(), error) == GiveUp()


def test_the_delay_is_the_policys():
    assert next_attempt(Budget(retry=1, delay=7), Spent(retry=1), ERRORS[0]) == Again(7)


@given(st.integers(0, 5), st.integers(0, 5), st.lists(st.sampled_from(ERRORS)))
def test_each_budget_is_spent_by_its_own_failures_alone(retry, lost, errors):
    attempts = run(Budget(retry=retry, lost=lost), errors)

    begun = errors[: attempts - 1]
    assert sum(isinstance(error, TaskLost) for error in begun) <= lost + 1
    assert sum(error in ERRORS[:2] for error in begun) <= retry + 1
