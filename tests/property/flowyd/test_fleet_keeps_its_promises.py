"""Random worlds against the whole machine: whatever happens in whatever order, the fleet

* never has two processes in one slot, unless the others drain,
* replaces who is gone, unless it stops, holds the pool or waits out a back-off,
* signals living children only,
* loses no readiness by a reload, kills nobody for one, and forgets one that is rejected, and
* comes to its end once it was told to stop.
"""

from collections import Counter

from fleet_world import PlayedEdge
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from flowy.errors import Fault
from flowyd.supervisor import news, pools, reloading, services, states
from flowyd.supervisor.fleet import Registered, Registering
from flowyd.supervisor.generations import Enrolling, Plan, Terms, Want
from flowyd.supervisor.policy import HOLD_FAILURES
from flowyd.supervisor.steering import next_deadline

TASK = states.Task("activity", "T/1", "w", "r", "1")
PICK = st.integers(0, 1_000_000)


class World(PlayedEdge):
    """The kernel, the children and the clock, as far as the fleet can tell."""

    # What may happen -----------------------------------------------------------------------------

    @initialize(up=st.sampled_from((True, True, True, False)))
    def most_worlds_begin_with_a_fleet_at_work(self, up):
        if not up:
            return
        for name in (services.COURIER, services.ENGINE, services.WEB):
            self.hear(news.ServiceEvent(name, services.Announced("http://x")))
        self.hear(news.PluginsLoaded(("p",), ()))
        self.hear(news.TypesRegistered(()))
        assert len(self.unborn) == 3

    @rule(milliseconds=st.sampled_from((0, 1, 100, 501, 5_000, 61_000, 310_000)))
    def time_passes(self, milliseconds):
        self.now += milliseconds
        self.hear(states.Tick())

    @rule(pick=PICK, fault=st.booleans())
    def a_service_serves(self, pick, fault):
        names = [n for n, s in self.fleet.services.items() if isinstance(s.state, services.Opening)]
        if not names:
            return
        name = names[pick % len(names)]
        generation = services.generation_of(name)
        if generation is not None:
            faults = (Fault("plugin x", "does not load"),) if fault else ()
            self.hear(news.PluginsLoaded(("p",), faults, generation))
        else:
            self.hear(news.ServiceEvent(name, services.Announced("http://x")))

    @precondition(
        lambda self: (
            isinstance(self.fleet.registration, Registering)
            or isinstance(self.fleet.reloads.incoming, Enrolling)
        )
    )
    @rule(reached=st.sampled_from((True, True, False)))
    def the_registration_ends(self, reached):
        number = self.registering
        ended = news.TypesRegistered((), number)
        self.hear(ended if reached else news.RegistrationFailed("refused", number))

    @rule(
        sizes=st.dictionaries(st.sampled_from("adx"), st.integers(0, 3), min_size=1),
        wrong=st.sampled_from((False, False, True)),
    )
    def somebody_asks_for_a_reload(self, sizes, wrong):
        self.asks += 1
        wants = {name: Want(size, Terms(10_000, ())) for name, size in sizes.items()}
        same = wants.keys() == self.fleet.pools.keys() and not self.fleet.reloads.incoming
        plan = Plan(self.asks, wants, in_place=same and self.asks % 2 == 0)
        if wrong:
            before = self.fleet.pools
            self.hear(news.ReloadRefused(plan, "flowyd.toml:1: wrong"))
            assert self.finished or {n: p.wanted for n, p in self.fleet.pools.items()} == {
                n: p.wanted for n, p in before.items()
            }
        else:
            self.hear(news.ReloadAsked(plan))

    @rule()
    def a_reload_goes_well(self):
        """Everything that the incoming generation waits for comes."""
        incoming = self.fleet.reloads.incoming
        if incoming is None:
            return
        number, name = incoming.number, services.zygote_of(incoming.number)
        for _ in range(12):
            self.hear(states.Tick())
            if isinstance(self.fleet.services.get(name), services.Service) and isinstance(
                self.fleet.services[name].state, services.Opening
            ):
                self.hear(news.PluginsLoaded(("p",), (), number))
            if isinstance(self.fleet.reloads.incoming, Enrolling):
                self.hear(news.TypesRegistered((), number))
            self.all_goes_well()
        assert (
            self.fleet.stop
            or self.finished
            or not self.fleet.reloads.incoming
            or (self.fleet.reloads.incoming.number != number)
        )

    @precondition(lambda self: self.unborn)
    @rule(pick=PICK, lost=st.booleans())
    def a_worker_is_born_or_lost(self, pick, lost):
        worker = self.unborn.pop(pick % len(self.unborn))
        change = states.Lost() if lost else states.Born(self.make(worker))
        self.hear(news.WorkerEvent(worker, change))

    @precondition(lambda self: self.unborn)
    @rule()
    def all_goes_well(self):
        while self.unborn:
            worker = self.unborn.pop(0)
            self.hear(news.WorkerEvent(worker, states.Born(self.make(worker))))
            self.hear(news.WorkerEvent(worker, states.Waits()))
            assert len(self.worker_pids()) < 80, "workers without end"

    @precondition(lambda self: self.worker_pids())
    @rule(
        pick=PICK,
        change=st.sampled_from(
            (
                states.Waits(),
                states.Waits(),
                states.Began(TASK),
                states.Leaves(),
                states.Retire(recycled=True),
            )
        ),
    )
    def a_worker_speaks(self, pick, change):
        living = self.worker_pids()
        self.hear(news.WorkerEvent(self.alive[living[pick % len(living)]], change))

    @precondition(lambda self: self.worker_pids())
    @rule(pick=PICK, still=st.sampled_from((0, 0, 1_000, 90_000)))
    def a_worker_gives_a_sign(self, pick, still):
        living = self.worker_pids()
        self.hear(news.WorkerAlive(self.alive[living[pick % len(living)]], still))

    @rule(seconds=st.sampled_from((20, 40, 130)))
    def nobody_says_a_word_for_some_time(self, seconds):
        for _ in range(0, seconds, 5):
            self.now += 5_000
            self.hear(states.Tick())

    @precondition(lambda self: self.worker_pids())
    @rule(pick=PICK, code=st.sampled_from((0, 1, 78, -9, -11)))
    def a_worker_dies(self, pick, code):
        pids = self.worker_pids()
        self.die(pids[pick % len(pids)], code)

    @precondition(lambda self: self.alive)
    @rule(pick=PICK, code=st.sampled_from((0, 1, 78, -9, -11)))
    def a_child_dies(self, pick, code):
        pids = sorted(self.alive)
        self.die(pids[pick % len(pids)], code)

    @rule(pool=st.sampled_from("adx"), throttled=st.booleans(), times=st.integers(1, 9))
    def polls_fail(self, pool, throttled, times):
        for _ in range(times):
            self.hear(news.PollsFailed(pool, throttled))

    @precondition(lambda self: self.owed)
    @rule(pick=PICK)
    def the_courier_answers_for_one_who_is_gone(self, pick):
        self.hear(news.BoardClosed(self.owed.pop(pick % len(self.owed))))

    @rule()
    def the_courier_gives_a_sign_of_life(self):
        self.hear(news.ServiceEvent(services.COURIER, services.Heard()))

    @rule()
    def children_obey(self):
        for pid in [pid for pid in self.signalled if pid in self.alive]:
            self.die(pid, -9 if self.signalled[pid] is states.Sign.KILL else 0)

    @rule(
        pool=st.sampled_from(("a", "d")),
        what=st.sampled_from(("pause", "resume", "scale", "restart")),
        number=st.integers(0, 3),
    )
    def an_operator_steers_a_pool(self, pool, what, number):
        if pool not in self.fleet.pools:
            return
        self.hear(
            {
                "pause": news.PauseAsked(pool),
                "resume": news.ResumeAsked(pool),
                "scale": news.ScaleAsked(pool, number),
                "restart": news.RestartAsked(pool, number or None),
            }[what]
        )

    @precondition(lambda self: self.now > 300_000)
    @rule()
    def an_operator_stops_it(self):
        self.hear(news.StopAsked())

    @invariant()
    def what_is_owed_is_known_until_it_is_answered(self):
        assert self.finished or self.fleet.owed == set(self.owed)

    # What must hold ------------------------------------------------------------------------------

    @invariant()
    def no_two_processes_in_one_slot_unless_the_others_drain(self):
        taken = Counter()
        for pid in self.worker_pids():
            worker = self.alive[pid]
            state = self.state_of(worker)
            assert state is not None, f"{worker} lives unknown"
            if not isinstance(
                state,
                states.Retiring
                | states.Draining
                | states.Cutting
                | states.Aborting
                | states.Killing,
            ):
                taken[worker.pool, worker.slot, state.birth.generation] += 1
        assert all(count == 1 for count in taken.values()), taken

    @invariant()
    def nobody_of_the_generation_at_work_leaves_before_another_has_taken_over(self):
        incoming = self.fleet.reloads.incoming
        if incoming is not None:
            assert incoming.number > self.fleet.generation
        assert reloading.living(self.fleet) <= reloading.MOST_LIVING + 1

    @invariant()
    def no_reload_kills(self):
        """Only a stop gives a drain its end."""
        if self.fleet.stop is None:
            for pool in self.fleet.pools.values():
                for state in pool.workers.values():
                    assert not isinstance(state, states.Cutting)
                    assert getattr(state, "cut_at", None) is None

    @invariant()
    def who_is_gone_is_replaced(self):
        current = self.fleet.services[services.zygote_of(self.fleet.generation)]
        up = isinstance(current.state, services.Serving)
        if self.fleet.stop or not up or not isinstance(self.fleet.registration, Registered):
            return
        for pool in self.fleet.pools.values():
            idle = pool.paused or self.fleet.changed
            if pool.hold is None and not idle and self.now >= pool.respawn_at:
                assert pools.vacancies(pool, self.fleet.generation, pool.wanted) == []

    @invariant()
    def who_is_silent_or_stands_still_is_on_its_way_out_unless_an_activity_keeps_it(self):
        for pool in self.fleet.pools.values():
            assert set(pool.heard) <= set(pool.workers)
            for key, heard in pool.heard.items():
                state = pool.workers[key]
                if isinstance(state, states.Polling) and pool.ticked_at == self.now:
                    assert self.now - heard.at < pool.patience.hung_ms

    @invariant()
    def nobody_beyond_the_size_of_a_pool_takes_new_tasks_nor_in_one_that_is_paused(self):
        for pool in self.fleet.pools.values():
            for key, state in pool.workers.items():
                if pool.paused or key.slot >= pool.wanted:
                    assert not isinstance(state, states.Polling | states.Busy | states.Retiring)

    @invariant()
    def a_pool_is_held_only_for_a_reason_and_counts_only_grow(self):
        for pool in self.fleet.pools.values():
            assert all(pool.exits[k] >= self.exits[pool.name, k] for k in pool.exits)
            self.exits.update(
                {(pool.name, k): n - self.exits[pool.name, k] for k, n in pool.exits.items()}
            )
            if pool.hold is not None:
                starts = pool.exits.get(states.ExitClass.START_FAILURE, 0)
                config = pool.exits.get(states.ExitClass.CONFIG, 0)
                assert config or starts >= HOLD_FAILURES

    @invariant()
    def the_next_tick_is_due_soon_and_never_in_the_past(self):
        assert self.now < next_deadline(self.fleet, self.now) <= self.now + 1_000

    def teardown(self):
        """Told to stop it comes to its end, though its children obey nothing but SIGKILL."""
        self.hear(news.StopAsked())
        for _ in range(20):
            while self.unborn:
                self.hear(news.WorkerEvent(self.unborn.pop(), states.Lost()))
            for pid in [pid for pid in self.signalled if pid in self.alive]:
                if self.signalled[pid] is states.Sign.KILL:
                    self.die(pid, -9)
            self.now += 20_000
            self.hear(states.Tick())
        assert self.finished, self.fleet


World.TestCase.settings = settings(
    max_examples=200,
    stateful_step_count=60,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
)
TestWorld = World.TestCase
