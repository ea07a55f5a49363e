"""How patient flowyd is with what fails."""

import pytest

from flowyd.supervisor import policy
from flowyd.supervisor.policy import Restarts
from flowyd.supervisor.states import (
    Birth,
    Busy,
    Draining,
    ExitClass,
    Killing,
    Polling,
    Starting,
    Task,
)

BIRTH = Birth(0, 1, 0)
TASK = Task("activity", "T/1", "w", "r", "1")


def test_the_delay_doubles_from_half_a_second_to_a_minute():
    delays = [policy.delay(n, roll=0.5) for n in range(1, 12)]

    assert delays == [0, 500, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000]
    assert policy.delay(10**6, roll=0.5) == 60_000


def test_jitter_is_a_fifth_to_either_side():
    assert [policy.delay(3, roll) for roll in (0.0, 0.5, 1.0)] == [800, 1000, 1200]


def test_failures_fall_by_one_for_each_minute_with_a_ready_worker():
    failed = Restarts(failures=3, cooled_at=0)

    assert policy.cool(failed, 59_999, any_ready=True).failures == 3
    assert policy.cool(failed, 60_000, any_ready=True).failures == 2
    assert policy.cool(failed, 300_000, any_ready=True).failures == 0
    assert policy.cool(failed, 300_000, any_ready=False).failures == 3


def test_time_without_a_ready_worker_does_not_count_later():
    waiting = policy.cool(Restarts(failures=3), 300_000, any_ready=False)

    assert policy.cool(waiting, 300_001, any_ready=True).failures == 3


def test_a_worker_that_lived_a_second_resets_nothing():
    restarts = Restarts()
    for second in range(10):
        restarts = policy.cool(restarts, second * 1000, any_ready=True)
        restarts = policy.fail(restarts, ExitClass.CRASH, second * 1000)

    assert restarts.failures == 10


@pytest.mark.parametrize("kind", [ExitClass.RECYCLED, ExitClass.DRAINED])
def test_an_exit_in_order_is_no_failure(kind):
    assert policy.fail(Restarts(), kind, 0) == Restarts()


def test_five_failed_starts_in_two_minutes_are_hopeless_unless_a_worker_is_ready():
    restarts = Restarts()
    for second in (0, 10, 20, 30, 40):
        restarts = policy.fail(restarts, ExitClass.START_FAILURE, second * 1000)

    assert policy.hopeless(restarts, ExitClass.START_FAILURE, any_ready=False)
    assert not policy.hopeless(restarts, ExitClass.START_FAILURE, any_ready=True)
    assert not policy.hopeless(policy.ready(restarts), ExitClass.CRASH, any_ready=False)


def test_failed_starts_that_lie_far_apart_are_not_hopeless():
    restarts = Restarts()
    for second in (0, 50, 100, 150, 200):
        restarts = policy.fail(restarts, ExitClass.START_FAILURE, second * 1000)

    assert not policy.hopeless(restarts, ExitClass.START_FAILURE, any_ready=False)


def test_a_worker_that_says_it_cannot_is_believed_at_once():
    assert policy.hopeless(Restarts(), ExitClass.CONFIG, any_ready=True)


@pytest.mark.parametrize(
    ("state", "code", "kind"),
    [
        (Starting(BIRTH, 1), 1, ExitClass.START_FAILURE),
        (Starting(BIRTH, 1), 0, ExitClass.START_FAILURE),
        (Starting(BIRTH, 1), 78, ExitClass.CONFIG),
        (Polling(BIRTH, 1, 0), 1, ExitClass.CRASH),
        (Polling(BIRTH, 1, 0), 0, ExitClass.DRAINED),
        (Busy(BIRTH, 1, 0, TASK), -11, ExitClass.SIGNAL),
        (Draining(BIRTH, 1, 0, None, None, recycled=True), 0, ExitClass.RECYCLED),
        (Draining(BIRTH, 1, 0, None, None, recycled=False), 0, ExitClass.DRAINED),
        (Draining(BIRTH, 1, 0, None, None, recycled=True), 1, ExitClass.CRASH),
        (Killing(BIRTH, 1, 0, ExitClass.CUT), -9, ExitClass.CUT),
    ],
)
def test_an_exit_is_classed_by_what_the_worker_did(state, code, kind):
    assert policy.classify(state, code) is kind


def test_a_task_is_hung_a_while_after_swf_has_given_it_up_and_none_at_all_never():
    assert not policy.is_overdue(0, 10**12)
    assert not policy.is_overdue(5_000, 5_000 + policy.OVERTIME_MS - 1)
    assert policy.is_overdue(5_000, 5_000 + policy.OVERTIME_MS)
