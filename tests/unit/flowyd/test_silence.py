"""When a silent worker is worth a word, and when it is at its end."""

from dataclasses import replace

import pytest

from flowyd.supervisor.pools import Key, Pool, note_sign, silence, tick
from flowyd.supervisor.silence import LATE_MS, Heard, Patience, is_hung, is_quiet
from flowyd.supervisor.states import (
    Aborting,
    Birth,
    Busy,
    Draining,
    Polling,
    Retiring,
    Starting,
    Task,
)

PATIENCE = Patience()
BIRTH = Birth(0, 1, 0)
ACTIVITY = Task("activity", "T/1", "w", "r", "1")
DECISION = Task("decision", "W/1", "w", "r", "")
POLLING = Polling(BIRTH, 7, 0)
KEY = Key(0, 0)


def pool(state, heard):
    return Pool("p", 1, workers={KEY: state}, heard={KEY: heard}, ticked_at=heard.at)


def ticked(known, until, step=1_000):
    """The pool after ticks of a healthy supervisor, and what it sent."""
    sent = ()
    for now in range(known.ticked_at + step, until + 1, step):
        known, actions = tick(known, now, 0.5)
        sent += actions
    return known, sent


def test_the_defaults_are_those_of_the_design():
    assert (PATIENCE.quiet_ms, PATIENCE.hung_ms, PATIENCE.still_ms) == (30_000, 120_000, 90_000)


def test_silence_is_worth_a_word_after_thirty_seconds():
    assert not is_quiet(POLLING, Heard(0), PATIENCE, 29_999)
    assert is_quiet(POLLING, Heard(0), PATIENCE, 30_000)
    assert silence(pool(POLLING, Heard(0)), KEY, POLLING, 31_000) == 31_000
    assert silence(pool(POLLING, Heard(0)), KEY, POLLING, 3_000) is None


@pytest.mark.parametrize(
    ("state", "hung"),
    [
        (POLLING, True),
        (Busy(BIRTH, 7, 0, DECISION), True),
        (Busy(BIRTH, 7, 0, ACTIVITY), False),
        (Retiring(BIRTH, 7, 0, ACTIVITY, recycled=True), False),
        (Retiring(BIRTH, 7, 0, None, recycled=True), True),
        (Draining(BIRTH, 7, 0, ACTIVITY, None, recycled=False), False),
        (Draining(BIRTH, 7, 0, None, None, recycled=False), True),
        (Starting(BIRTH, 7), False),
    ],
)
def test_two_minutes_of_silence_are_the_end_but_of_an_activity(state, hung):
    assert is_hung(state, Heard(0), PATIENCE, 120_000) is hung
    assert not is_hung(state, Heard(0), PATIENCE, 119_999)


def test_a_worker_that_talks_but_has_stood_still_for_over_a_poll_is_hung():
    assert is_hung(POLLING, Heard(50, still_ms=90_000), PATIENCE, 51)
    assert not is_hung(POLLING, Heard(50, still_ms=89_999), PATIENCE, 51)
    assert not is_hung(Busy(BIRTH, 7, 0, ACTIVITY), Heard(50, 90_000), PATIENCE, 51)


def test_the_pool_ends_who_is_silent_and_nobody_that_gives_signs():
    silent, sent = ticked(pool(POLLING, Heard(0)), 120_000)
    assert isinstance(silent.workers[KEY], Aborting)
    assert len(sent) == 2

    talking = pool(POLLING, Heard(0))
    for now in range(15_000, 600_000, 15_000):
        talking, sent = ticked(note_sign(talking, KEY, 10, now - 1), now)
        assert sent == ()
    assert talking.workers == {KEY: POLLING}


def test_a_supervisor_that_was_stopped_itself_blames_nobody():
    known, sent = tick(pool(POLLING, Heard(0)), 500_000, 0.5)
    assert sent == ()
    assert known.workers == {KEY: POLLING}
    assert ticked(known, 500_000 + 119_000)[1] == ()
    assert ticked(known, 500_000 + 120_000)[1] != ()


def test_a_supervisor_that_is_a_little_late_still_sees_the_silence():
    _, sent = ticked(pool(POLLING, Heard(0)), 120_000 + LATE_MS, step=LATE_MS)
    assert sent != ()


def test_a_sign_of_who_is_gone_is_forgotten():
    empty = replace(pool(POLLING, Heard(0)), workers={}, heard={})
    assert note_sign(empty, KEY, 0, 5) == empty


def test_a_tick_in_which_nothing_is_due_copies_no_worker():
    # With fifty workers this is most of what an idle supervisor does.
    known = pool(POLLING, Heard(1_000_000))
    assert tick(known, 1_001_000, 0.5)[0].workers is known.workers
