"""The retry policy: each kind of failure spends a budget of its own, and waits grow."""

from datetime import timedelta

import pytest

from flowy import Retry
from flowy.errors import (
    OptionError,
    TaskCanceled,
    TaskFailed,
    TaskLost,
    TaskNotScheduled,
    TaskTimedOut,
)
from flowy.options import Options
from flowy.retry import Again, GiveUp, Spent, charge, next_attempt, policy

FAILED = TaskFailed("shop.SoldOut")
TIMED_OUT = TaskTimedOut("START_TO_CLOSE")
UNBEGUN = [TaskFailed("flowy.UnknownType"), TaskNotScheduled("ACTIVITY_CREATION_RATE_EXCEEDED")]


def run(given, errors):
    """How many attempts a task that fails with these errors gets."""
    spent = Spent()
    for number, error in enumerate(errors, 1):
        spent = charge(spent, error)
        if next_attempt(given, spent, error) == GiveUp():
            return number
    return len(errors) + 1


def waits(given, count, luck=0.0):
    """The waits after so many failures."""
    spent, found = Spent(), []
    for _ in range(count):
        spent = charge(spent, FAILED)
        found.append(next_attempt(given, spent, FAILED, luck).delay)
    return found


@pytest.mark.parametrize("error", [FAILED, TIMED_OUT])
def test_failures_and_time_outs_spend_attempts(error):
    assert run(policy(Options(retry=2, lost=9)), [error] * 10) == 3
    assert run(Retry(attempts=3), [error] * 10) == 3


def test_lost_workers_spend_lost_and_zero_means_at_most_once():
    assert run(policy(Options(retry=9, lost=3)), [TaskLost("x")] * 10) == 4
    assert run(policy(Options(retry=9, lost=0)), [TaskLost("x")] * 10) == 1
    assert run(policy(Options(retry=Retry(), lost=1)), [TaskLost("x")] * 10) == 2
    assert run(policy(Options(retry=Retry(lost=0), lost=5)), [TaskLost("x")] * 10) == 1


@pytest.mark.parametrize("error", UNBEGUN)
def test_tasks_that_were_not_begun_are_free(error):
    assert run(policy(Options(retry=0, lost=0)), [error] * 500) == 501


@pytest.mark.parametrize(
    "error",
    [TaskCanceled(), TaskNotScheduled("X"), TaskNotScheduled("OPEN_TIMERS_LIMIT_EXCEEDED")],
)
def test_refusals_and_cancellations_are_never_tried_again(error):
    assert next_attempt(Retry(attempts=9), charge(Spent(), error), error) == GiveUp()


@pytest.mark.parametrize(
    "kind", ["START_TO_CLOSE", "SCHEDULE_TO_START", "SCHEDULE_TO_CLOSE", "HEARTBEAT"]
)
def test_each_kind_of_time_out_may_have_a_budget_of_its_own(kind):
    given = Retry(attempts=9, **{kind.lower(): 1})

    assert run(given, [TaskTimedOut(kind)] * 10) == 2
    assert run(given, [FAILED] * 10) == 9


def test_failures_may_have_a_budget_below_that_of_time_outs():
    given = Retry(attempts=9, failed=0)

    assert run(given, [FAILED] * 10) == 1
    assert run(given, [TIMED_OUT] * 10) == 9


class SoldOut(Exception):
    pass


SoldOut.__module__, SoldOut.__qualname__ = "shop", "SoldOut"


@pytest.mark.parametrize("name", ["SoldOut", "shop.SoldOut", SoldOut])
def test_errors_that_are_named_are_never_tried_again(name):
    given = Retry(attempts=9, never=(name,))

    assert run(given, [FAILED] * 10) == 1
    assert run(given, [TaskFailed("shop.Closed")] * 10) == 9
    assert run(given, [TaskFailed("other.NotSoldOut")] * 10) == 9


def test_a_kind_of_error_of_ours_can_be_named_as_well():
    given = Retry(attempts=9, never=(TaskTimedOut, TaskLost), lost=5)

    assert run(given, [TIMED_OUT]) == 1
    assert run(given, [TaskLost("x")]) == 1
    assert run(given, [FAILED] * 10) == 9


def test_waits_grow_up_to_their_maximum():
    given = Retry(attempts=99, delay=2, factor=3, maximum=timedelta(seconds=40), jitter=0)

    assert waits(given, 5) == [2, 6, 18, 40, 40]
    assert waits(Retry(attempts=9_999, maximum=60), 2_000)[-1] == 60


def test_jitter_shortens_a_wait_by_at_most_its_share():
    given = Retry(attempts=9, delay=8, factor=1, jitter=0.25)

    assert waits(given, 1, luck=0.0) == [8]
    assert waits(given, 1, luck=0.5) == [7]


def test_a_number_of_retries_waits_the_option_delay_each_time():
    given = policy(Options(retry=3, delay=7_200))

    assert waits(given, 3, luck=0.9) == [7_200] * 3


@pytest.mark.parametrize(
    "said",
    [
        {"attempts": 0},
        {"attempts": -1},
        {"delay": None},
        {"delay": -1},
        {"factor": 0.5},
        {"jitter": 2},
        {"lost": "three"},
        {"never": ["ValueError"]},
        {"never": (1,)},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(said):
    with pytest.raises(OptionError, match=next(iter(said))):
        Retry(**said)


def test_no_attempt_is_made_before_its_wait():
    assert next_attempt(Retry(delay=7, jitter=0), Spent(failed=1), FAILED) == Again(7)
