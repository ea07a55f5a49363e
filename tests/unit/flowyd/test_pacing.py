"""Throttled and failing polls slow the whole pool down, and it gets faster again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from flowyd.supervisor import news, services
from flowyd.supervisor.fleet import Fleet
from flowyd.supervisor.orders import PacePolls
from flowyd.supervisor.pacing import Pace, complain, cool, delay, spread
from flowyd.supervisor.pools import Pool
from flowyd.supervisor.throttling import cool_polls, hear_polls


def complained(seconds, *, throttled):
    pace = Pace()
    for second in range(seconds):
        for _ in range(5):  # that many workers say so at once
            pace = complain(pace, throttled=throttled, now=1_000 * second + 1)
    return pace


def test_a_throttle_doubles_the_delay_once_a_second_up_to_a_minute():
    waits = [delay(complained(n, throttled=True), local=True) for n in (0, 1, 2, 3, 4, 30)]
    assert waits == [0, 500, 1_000, 2_000, 4_000, 60_000]


@settings(deadline=None)
@given(st.integers(0, 100), st.booleans())
def test_polls_that_fail_on_this_host_are_never_more_than_a_quarter_of_a_second_apart(n, other):
    assert delay(complained(n, throttled=False), local=True) <= 250
    assert delay(complained(n, throttled=other), local=False) <= 60_000


@settings(deadline=None)
@given(st.integers(0, 30), st.booleans())
def test_without_complaints_the_delay_is_gone_after_a_while(seconds, throttled):
    pace, now = complained(seconds, throttled=throttled), 1_000 * seconds
    for _ in range(20):
        now += 61_000
        pace = cool(pace, now, local=False)
    assert delay(pace, local=False) == 0


@settings(deadline=None)
@given(st.integers(0, 60_000), st.floats(0, 1), st.integers(0, 999))
def test_no_two_neighbours_wait_alike_and_none_longer_than_its_pool(wait, roll, slot):
    mine, next_ones = spread(wait, slot, roll), spread(wait, slot + 1, roll)
    assert wait / 2 - 1 <= mine <= wait + 1
    assert wait < 100 or mine != next_ones


def test_all_workers_of_a_pool_are_told_when_its_delay_changes_and_of_no_other():
    names = (services.ENGINE,)
    fleet = Fleet(
        services={name: services.Service(name, services.Down(0, 0)) for name in names},
        pools={"a": Pool("a", 2), "b": Pool("b", 2)},
        terms={},
    )
    slow, told = hear_polls(fleet, "a", throttled=True, now=5, roll=0.3)
    same, none = hear_polls(slow, "a", throttled=True, now=6, roll=0.3)
    fast, again = cool_polls(same, 90_000, 0.4)

    assert told == (PacePolls("a", 500, 0.3),)
    assert none == ()
    assert again == (PacePolls("a", 0, 0.4),)
    assert fast.pools["b"] == fleet.pools["b"]
    assert hear_polls(fleet, "gone", throttled=True, now=5, roll=0.3) == (fleet, ())
    assert news.PollsFailed("a", throttled=True).throttled
