"""The life of one worker, where the order of things matters."""

import pytest

from flowyd.supervisor.machine import step
from flowyd.supervisor.policy import ABORT_MS, CUT_MS, HANG_MS, START_MS
from flowyd.supervisor.states import (
    Aborting,
    Began,
    Birth,
    Born,
    Busy,
    Cut,
    Cutting,
    Drain,
    Draining,
    ExitClass,
    Exited,
    Forget,
    Gone,
    Hang,
    Kill,
    Killing,
    Leaves,
    Lost,
    Mark,
    Polling,
    Recalled,
    Retire,
    Retiring,
    Send,
    Sign,
    Spawning,
    Starting,
    Task,
    Tick,
    Waits,
)

BIRTH = Birth(0, 1, 0)
TASK = Task("activity", "T/1", "w", "r", "1")
POLLING = Polling(BIRTH, 7, 10)
BUSY = Busy(BIRTH, 7, 10, TASK)


def test_a_worker_is_born_gets_ready_works_and_waits_again():
    state, actions = Spawning(BIRTH), ()
    for now, event in enumerate((Born(7), Waits(), Began(TASK), Waits())):
        state, actions = step(state, event, now)

    assert (state, actions) == (Polling(BIRTH, 7, 3), ())


def test_the_same_task_reported_again_keeps_its_time():
    assert step(BUSY, Began(TASK), 99) == (BUSY, ())


def test_a_worker_that_was_called_back_before_its_birth_drains_at_once():
    recalled, none = step(Spawning(BIRTH), Drain(500), 1)
    drained, actions = step(recalled, Born(7), 2)

    assert (recalled, none) == (Recalled(BIRTH, 500), ())
    assert drained == Draining(BIRTH, 7, 2, None, 500, recycled=False)
    assert actions == (Mark(500, cut=False), Send(7, Sign.TERM))


@pytest.mark.parametrize("state", [Spawning(BIRTH), Recalled(BIRTH, None)])
@pytest.mark.parametrize("event", [Lost(), Kill(), Cut(), Tick()])
def test_one_that_is_not_born_in_time_is_given_up(state, event):
    gone, actions = step(state, event, START_MS)

    assert isinstance(gone, Gone)
    assert actions == (Forget(gone.exit),)


def test_one_that_is_not_ready_in_time_is_killed():
    assert step(Starting(BIRTH, 7), Tick(), START_MS - 1) == (Starting(BIRTH, 7), ())
    assert step(Starting(BIRTH, 7), Tick(), START_MS)[1] == (Send(7, Sign.KILL),)


@pytest.mark.parametrize("state", [Starting(BIRTH, 7), POLLING, BUSY, Killing(BIRTH, 7, 0, "cut")])
def test_a_closed_channel_does_not_end_a_worker_that_has_a_pid(state):
    assert step(state, Lost(), 5) == (state, ())


def test_a_drain_goes_on_to_the_cut_the_abort_and_the_kill():
    draining, first = step(BUSY, Drain(1_000), 100)
    cutting, second = step(draining, Tick(), 1_000)
    aborting, third = step(cutting, Tick(), 1_000 + CUT_MS)
    killing, fourth = step(aborting, Tick(), 1_000 + CUT_MS + ABORT_MS)

    assert isinstance(cutting, Cutting)
    assert isinstance(aborting, Aborting)
    assert isinstance(killing, Killing)
    actions = (*first, *second, *third, *fourth)
    signs = [action.sign for action in actions if isinstance(action, Send)]
    assert [action for action in actions if isinstance(action, Mark)] == [
        Mark(1_000, cut=False),
        Mark(1_000, cut=True),
    ]
    assert signs == [Sign.TERM, Sign.CUT, Sign.ABORT, Sign.KILL]


def test_a_draining_worker_may_get_one_more_task_from_its_poll_in_flight():
    draining, _ = step(POLLING, Drain(None), 100)

    assert step(draining, Began(TASK), 200)[0] == Draining(
        BIRTH, 7, 100, TASK, None, recycled=False
    )


def test_a_worker_that_leaves_by_itself_is_told_the_deadline_when_all_stop():
    leaving, _ = step(Retiring(BIRTH, 7, 50, TASK, recycled=True), Leaves(), 100)
    told, actions = step(leaving, Drain(900), 200)

    assert told == Draining(BIRTH, 7, 100, None, 900, recycled=True)
    assert actions == (Mark(900, cut=False), Send(7, Sign.TERM))


@pytest.mark.parametrize("event", [Born(8), Waits(), Began(TASK), Exited(1), Drain(1), Kill()])
def test_nothing_happens_to_one_that_is_gone(event):
    gone, _ = step(POLLING, Exited(1), 20)

    assert step(gone, event, 30) == (gone, ())


@pytest.mark.parametrize("state", [POLLING, BUSY])
def test_one_that_shall_be_replaced_works_on_until_it_is_told_to_drain(state):
    retiring, silent = step(state, Retire(recycled=True), 100)
    busy, _ = step(retiring, Began(TASK), 110)
    idle, _ = step(busy, Waits(), 120)
    draining, actions = step(busy, Drain(None), 130)

    assert (type(retiring), silent) == (Retiring, ())
    assert (busy.task, idle.task) == (TASK, None)
    assert draining == Draining(BIRTH, 7, 130, TASK, None, recycled=True)
    assert actions == (Mark(None, cut=False), Send(7, Sign.TERM))
    assert step(draining, Retire(recycled=False), 140) == (draining, ())


@pytest.mark.parametrize(
    "state",
    [POLLING, BUSY, Retiring(BIRTH, 7, 10, None, True), Draining(BIRTH, 7, 10, None, None, False)],
)
def test_a_worker_that_hangs_is_asked_for_its_stacks_then_killed_and_counted_as_hung(state):
    aborting, asked = step(state, Hang(), 100)
    waiting, nothing = step(aborting, Tick(), 99 + HANG_MS)
    killing, killed = step(waiting, Tick(), 100 + HANG_MS)
    gone, _ = step(killing, Exited(-9), 101 + HANG_MS)

    # A stopped process would not see SIGABRT before it goes on.
    assert asked == (Send(7, Sign.ABORT), Send(7, Sign.CONTINUE))
    assert (waiting, nothing) == (aborting, ())
    assert killed == (Send(7, Sign.KILL),)
    assert gone.exit.kind is ExitClass.HUNG


def test_a_worker_that_dies_of_the_question_was_hung_as_well():
    aborting, _ = step(BUSY, Hang(), 100)
    gone, _ = step(aborting, Exited(-6), 101)

    assert (gone.exit.kind, gone.exit.code) == (ExitClass.HUNG, -6)


@pytest.mark.parametrize(
    "state",
    [
        Spawning(BIRTH),
        Starting(BIRTH, 7),
        Cutting(BIRTH, 7, 10, None, 500),
        Killing(BIRTH, 7, 10, ExitClass.CUT),
    ],
)
def test_who_has_yet_to_start_or_is_on_its_way_out_has_its_own_time(state):
    assert step(state, Hang(), 20) == (state, ())
