"""Pools and services: who is wanted, who may come, and when."""

import pytest

from flowyd.supervisor import pools
from flowyd.supervisor.policy import COOL_MS, HOLD_FAILURES, PROBE_MS, START_MS
from flowyd.supervisor.pools import Key, Pool
from flowyd.supervisor.services import (
    COURIER,
    ENGINE,
    SILENCE_MS,
    WEB,
    Announced,
    Close,
    Closed,
    Closing,
    Doomed,
    Down,
    Heard,
    Launch,
    Launched,
    Launching,
    Opening,
    Service,
    Serving,
    deadline,
)
from flowyd.supervisor.states import (
    Born,
    Draining,
    Exited,
    Kill,
    Lost,
    Polling,
    Retire,
    Retiring,
    Send,
    Sign,
    Tick,
    Waits,
)


def at_work(wanted: int = 2) -> Pool:
    """A pool whose workers are all ready."""
    pool, keys = pools.fill(Pool("p", wanted), 1, 0)
    for pid, key in enumerate(keys, start=100):
        pool = told(told(pool, key, Born(pid)), key, Waits())
    return pool


def told(pool: Pool, key: Key, event, now: int = 0) -> Pool:
    return pools.hear(pool, key, event, now, 0.5)[0]


def signals(actions):
    return [action for _, action in actions if isinstance(action, Send)]


def test_a_pool_fills_its_slots_once():
    pool, keys = pools.fill(Pool("p", 2), 1, 0)

    assert keys == (Key(0, 0), Key(1, 0))
    assert pools.fill(pool, 1, 0) == (pool, ())


def test_a_pool_has_served_once_all_its_workers_were_ready_together():
    pool, (first, second) = pools.fill(Pool("p", 2), 1, 0)
    pool = told(told(pool, first, Born(1)), first, Waits())
    assert not pool.served
    pool = told(told(pool, second, Born(2)), second, Waits())
    assert pool.served


def test_the_replacement_of_a_recycled_worker_is_ready_before_it_leaves():
    pool = told(at_work(1), Key(0, 0), Retire(recycled=True))
    pool, keys = pools.fill(pool, 1, 0)
    assert keys == (Key(0, 1),)
    assert pool.ready == 1

    pool = told(pool, keys[0], Born(2))
    pool, actions = pools.hear(pool, keys[0], Waits(), 5, 0.5)
    assert signals(actions) == [Send(100, Sign.TERM)]
    assert isinstance(pool.workers[Key(0, 0)], Draining)
    assert pool.ready == 1


def test_a_worker_whose_replacement_does_not_start_works_on():
    pool = told(at_work(1), Key(0, 0), Retire(recycled=True))
    pool, (key,) = pools.fill(pool, 1, 0)
    pool = told(told(pool, key, Born(2)), key, Exited(1), 5)

    assert pool.ready == 1
    assert isinstance(pool.workers[Key(0, 0)], Retiring)


def test_a_paused_pool_drains_and_stays_empty_until_it_is_resumed():
    pool, actions = pools.pause(at_work(2), 5, 0.5)
    assert signals(actions) == [Send(100, Sign.TERM), Send(101, Sign.TERM)]
    pool = told(told(pool, Key(0, 0), Exited(0), 6), Key(1, 0), Exited(0), 6)

    assert pools.fill(pool, 1, 7)[1] == ()
    assert pools.fill(pools.resume(pool), 1, 7)[1] == (Key(0, 1), Key(1, 1))


def test_a_smaller_pool_drains_the_workers_beyond_its_size_and_a_larger_one_fills_up():
    pool, actions = pools.scale(at_work(3), 1, 5, 0.5)
    assert list(dict(actions)) == [Key(1, 0), Key(2, 0)]
    assert signals(actions) == [Send(100 + key.slot, Sign.TERM) for key in dict(actions)]
    assert pools.fill(pool, 1, 5)[1] == ()

    pool, actions = pools.scale(pool, 4, 6, 0.5)
    assert actions == ()
    assert pools.fill(pool, 1, 6)[1] == (Key(1, 1), Key(2, 1), Key(3, 0))


def test_a_pool_of_no_workers_is_ok_with_none():
    pool, _ = pools.scale(at_work(1), 0, 5, 0.5)
    assert pools.fill(pool, 1, 5)[1] == ()


def test_a_restart_replaces_one_slot_or_all_of_them():
    pool, actions = pools.restart(at_work(2), 1, 5, 0.5)
    assert actions == ()
    assert pools.fill(pool, 1, 5)[1] == (Key(1, 1),)
    assert pools.fill(pools.restart(at_work(2), None, 5, 0.5)[0], 1, 5)[1] == (Key(0, 1), Key(1, 1))


def test_a_resume_or_restart_gives_a_held_pool_another_chance_at_once():
    for given in (pools.resume(held()), pools.restart(held(), None, 10_000, 0.5)[0]):
        assert given.hold is None
        assert len(pools.fill(given, 1, 10_000)[1]) == 2


def test_the_first_crash_is_replaced_at_once_and_the_next_ones_later_and_later():
    pool, waits, now = at_work(1), [], 0
    for spawn in range(4):
        pool = told(pool, Key(0, spawn), Exited(1), now)
        waits.append(pool.respawn_at - now)
        now = max(pool.respawn_at, now)
        pool, (key,) = pools.fill(pool, 1, now)
        pool = told(told(pool, key, Born(1), now), key, Waits(), now)

    assert waits == [0, 500, 1000, 2000]


def test_nothing_is_spawned_before_its_time():
    pool = told(told(at_work(2), Key(0, 0), Exited(1)), Key(1, 0), Exited(1))

    assert pools.fill(pool, 1, 499)[1] == ()
    assert pools.fill(pool, 1, 500)[1] == (Key(0, 1), Key(1, 1))


def held() -> Pool:
    pool = Pool("p", 2)
    now = 0
    while pool.hold is None:
        now = max(now, pool.respawn_at)
        pool, keys = pools.fill(pool, 1, now)
        for key in keys:
            pool = told(told(pool, key, Born(1), now), key, Exited(1), now)
    return pool


def test_a_held_pool_tries_one_worker_each_five_minutes():
    pool = held()
    assert sum(pool.exits.values()) >= HOLD_FAILURES
    due = pool.hold.probe_at

    assert pools.fill(pool, 1, due - 1)[1] == ()
    probing, keys = pools.fill(pool, 1, due)
    assert len(keys) == 1
    assert pools.fill(probing, 1, due + 1)[1] == ()
    again = told(told(probing, keys[0], Born(1), due), keys[0], Exited(1), due + 5)
    assert again.hold.probe_at == due + 5 + PROBE_MS


def test_a_worker_that_could_not_be_made_is_no_failure_and_is_asked_for_again_soon():
    pool, keys = pools.fill(Pool("p", 2), 1, 0)
    for key in keys:
        pool = told(pool, key, Lost(), 10)

    assert (pool.restarts.failures, pool.hold, pool.last_exit) == (0, None, None)
    assert pools.fill(pool, 1, 509)[1] == ()
    assert len(pools.fill(pool, 1, 510)[1]) == 2


def test_a_probe_that_gets_ready_frees_its_pool():
    pool = held()
    due = pool.hold.probe_at
    pool, (key,) = pools.fill(pool, 1, due)
    pool = told(told(pool, key, Born(1), due), key, Waits(), due)

    assert pool.hold is None
    assert isinstance(pool.workers[key], Polling)
    assert len(pools.fill(pool, 1, max(due, pool.respawn_at))[1]) == 1


def hear(service: Service, *events, now: int = 0):
    actions = ()
    for event in events:
        service, actions = service.hear(event, now, 0.5)
    return service, actions


UP = (Tick(), Launched(7), Announced("http://h:1"))


def test_a_service_is_launched_and_serves_where_it_says():
    launching, actions = hear(Service(WEB, Down(0, 0)), Tick())
    serving, _ = hear(launching, *UP[1:])

    assert actions == (Launch(),)
    assert serving.state == Serving(7, 0, 0, "http://h:1")


def test_the_engine_is_back_within_a_second_however_often_it_fails():
    engine = Service(ENGINE, Down(0, 0))
    for now in range(0, 200_000, 10_000):
        engine, _ = hear(engine, *UP, Exited(-9), now=now)
        assert engine.state.retry_at - now <= 1_000
    web = Service(WEB, Down(0, 0))
    for now in range(0, 1_000_000, 70_000):
        web, _ = hear(web, Tick(), Launched(7), Exited(1), now=now)
    assert web.state.retry_at - now == 60_000


def test_a_service_that_served_for_a_minute_starts_anew_in_counting():
    service, _ = hear(Service(WEB, Down(0, 5)), *UP)
    service, _ = hear(service, Exited(1), now=COOL_MS)

    assert service.state == Down(COOL_MS, 1)
    assert (service.restarts, service.last_code) == (1, 1)


def test_one_that_does_not_serve_in_time_is_killed_and_launched_again():
    service, _ = hear(Service(WEB, Down(0, 0)), Tick(), Launched(7))
    doomed, actions = hear(service, Tick(), now=START_MS)
    down, _ = hear(doomed, Exited(-9), now=START_MS)

    assert isinstance(service.state, Opening)
    assert doomed.state == Doomed(7, 0)
    assert actions == (Send(7, Sign.KILL),)
    assert isinstance(down.state, Down)


def test_one_that_is_told_to_close_is_not_launched_again():
    service, actions = hear(Service(WEB, Down(0, 0)), *UP, Close())
    killed, more = hear(service, Kill())
    closed, _ = hear(killed, Exited(0))

    assert isinstance(service.state, Closing)
    assert (actions, more) == ((Send(7, Sign.TERM),), (Send(7, Sign.KILL),))
    assert closed.state == Closed()
    assert hear(closed, Tick(), now=10**9) == (closed, ())
    assert closed.restarts == 0


@pytest.mark.parametrize("event", [Launched(7), Exited(71)])
def test_one_that_is_closed_while_it_is_launched_is_closed_once_its_pid_is_known(event):
    launching, _ = hear(Service(WEB, Down(0, 0)), Tick(), Close())
    after, _ = hear(launching, event, Close())

    assert isinstance(launching.state, Launching)
    assert isinstance(after.state, Closing | Closed)


def test_one_that_falls_silent_after_it_gave_signs_of_life_is_killed():
    up = Service(COURIER, Serving(7, 0, 0, ""))
    quiet, _ = up.hear(Tick(), SILENCE_MS * 10, 0.5)
    heard, _ = up.hear(Heard(), 1_000, 0.5)
    patient, none = heard.hear(Tick(), 1_000 + SILENCE_MS - 1, 0.5)
    killed, actions = heard.hear(Tick(), 1_000 + SILENCE_MS, 0.5)

    assert quiet.state == up.state
    assert (patient.state, none) == (heard.state, ())
    assert deadline(heard.state) == 1_000 + SILENCE_MS
    assert (killed.state, actions) == (Doomed(7, 0), (Send(7, Sign.KILL),))
