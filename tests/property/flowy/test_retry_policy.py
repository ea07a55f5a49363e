"""Whatever the policy and whatever fails: no budget is overspent, no wait is out of bounds."""

from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as st

from flowy import Retry
from flowy.errors import TaskFailed, TaskLost, TaskNotScheduled, TaskTimedOut
from flowy.options import BUDGETS
from flowy.retry import LONGEST_FREE_DELAY, GiveUp, Spent, charge, kind_of, next_attempt

ERRORS = [
    TaskFailed("shop.SoldOut"),
    TaskFailed("ValueError"),
    *map(TaskTimedOut, ("START_TO_CLOSE", "SCHEDULE_TO_START", "SCHEDULE_TO_CLOSE", "HEARTBEAT")),
    TaskLost("signal 9"),
    TaskFailed("flowy.NotBegun"),
    TaskNotScheduled("ACTIVITY_CREATION_RATE_EXCEEDED"),
]
counts = st.one_of(st.none(), st.integers(0, 4))
policies = st.builds(
    Retry,
    attempts=st.integers(1, 6),
    delay=st.floats(0, 100),
    factor=st.floats(1, 1_000),
    maximum=st.floats(0, 5_000),
    jitter=st.floats(0, 1),
    never=st.sampled_from([(), ("SoldOut",), (ValueError,), (TaskTimedOut,)]),
    **dict.fromkeys(BUDGETS, counts),
)
fates = st.lists(st.tuples(st.sampled_from(ERRORS), st.floats(0, 1, exclude_max=True)), max_size=40)


@given(policies, fates)
def test_no_budget_is_overspent_and_no_wait_is_out_of_bounds(policy, fates):
    policy = replace(policy, lost=policy.lost or 0)
    spent = Spent()
    for error, luck in fates:
        spent = charge(spent, error)
        step = next_attempt(policy, spent, error, luck)
        if step == GiveUp():
            break
        longest = LONGEST_FREE_DELAY if kind_of(error) == "free" else policy.maximum
        assert 0 <= step.delay <= longest
        assert spent.tried < policy.attempts or kind_of(error) in {"free", "lost"}
        budget = getattr(policy, kind_of(error), None)
        assert budget is None or getattr(spent, kind_of(error)) <= budget

    assert spent.tried <= policy.attempts
    assert spent.lost <= policy.lost + 1


@given(policies, fates)
def test_the_total_of_the_attempts_is_the_sum_of_the_kinds(policy, fates):
    spent = Spent()
    for error, _ in fates:
        spent = charge(spent, error)

    assert spent.attempts == len(fates)
    assert spent.attempts == sum(getattr(spent, field.name) for field in fields(Spent))
