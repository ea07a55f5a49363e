"""One pool against random ends of its workers:

* a back-off is never shorter than the policy says, counted here by a second way,
* nothing is done about a worker that is gone, and
* once the world is well again the pool has what it wants, held or not.
"""

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from flowyd.supervisor import pools, states
from flowyd.supervisor.policy import COOL_MS, FAILURES, PROBE_MS, delay
from flowyd.supervisor.pools import Pool

WANTED = 3
PICK = st.integers(0, 1_000_000)


class Patience(RuleBasedStateMachine):
    """A pool, its processes and the clock."""

    def __init__(self):
        super().__init__()
        self.pool = Pool("p", WANTED)
        self.now = 1_000_000
        self.alive: dict[pools.Key, int] = {}
        self.gone: set[pools.Key] = set()
        self.series: list[int] = []
        self.settle()

    def settle(self):
        """Spawn what the pool asks for, no sooner than its failures allow."""
        self.pool, keys = pools.fill(self.pool, 1, self.now)
        if keys and self.series:
            waited = self.now - self.series[-1]
            assert waited >= delay(len(self.series), 0.5), (waited, self.series)
        for key in keys:
            self.alive[key] = len(self.alive) + len(self.gone) + 100

    def take(self, steps):
        before = self.failures()
        self.pool, actions = steps
        for key, action in actions:
            assert key not in self.gone, (key, action)
        for key in [key for key in self.alive if key not in self.pool.workers]:
            del self.alive[key]
            self.gone.add(key)
        if self.failures() > before:
            if self.series and self.now - self.series[-1] >= COOL_MS:
                self.series = []  # a minute of readiness may have passed
            self.series += [self.now] * (self.failures() - before)
        self.settle()

    def failures(self):
        return sum(count for kind, count in self.pool.exits.items() if kind in FAILURES)

    def hear(self, key, event):
        self.take(pools.hear(self.pool, key, event, self.now, 0.5))

    def picked(self, pick):
        return sorted(self.alive)[pick % len(self.alive)]

    # What may happen -----------------------------------------------------------------------------

    @rule(milliseconds=st.sampled_from((0, 1, 400, 900, 2_500, 20_000, 61_000)))
    def time_passes(self, milliseconds):
        self.now += milliseconds
        self.take(pools.tick(self.pool, self.now, 0.5))

    @precondition(lambda self: self.alive)
    @rule(pick=PICK, ready=st.booleans())
    def a_worker_comes_up(self, pick, ready):
        key = self.picked(pick)
        self.hear(key, states.Born(self.alive[key]))
        if ready and key in self.alive:
            self.hear(key, states.Waits())

    @precondition(lambda self: self.alive)
    @rule(pick=PICK, code=st.sampled_from((0, 1, 1, -9)))
    def a_worker_ends(self, pick, code):
        key = self.picked(pick)
        known = pools.pid_of(self.pool.workers[key]) is not None
        self.hear(key, states.Exited(code) if known else states.Lost())

    @precondition(lambda self: self.gone)
    @rule(pick=PICK, event=st.sampled_from((states.Waits(), states.Exited(0), states.Lost())))
    def news_of_one_that_is_gone_comes_late(self, pick, event):
        before = self.pool
        self.hear(sorted(self.gone)[pick % len(self.gone)], event)
        assert self.pool == before

    @rule()
    def an_operator_resumes(self):
        self.series = []
        self.take((pools.resume(self.pool), ()))

    @invariant()
    def a_slot_has_one_worker_that_does_not_leave(self):
        stay = [
            key.slot
            for key, state in self.pool.workers.items()
            if not isinstance(state, states.Draining | states.Retiring)
        ]
        assert len(stay) == len(set(stay)) <= WANTED

    def teardown(self):
        """The world is well again: within the longest waits there are all that are wanted."""
        for _ in range(4 + PROBE_MS // 60_000):
            for key in sorted(self.alive):
                if isinstance(self.pool.workers.get(key), states.Draining | states.Killing):
                    self.hear(key, states.Exited(0))
                elif key in self.alive:
                    self.hear(key, states.Born(self.alive[key]))
                    self.hear(key, states.Waits())
            self.now += 72_000
            self.series = []
            self.take(pools.tick(self.pool, self.now, 0.5))
        assert self.pool.ready == WANTED, self.pool


Patience.TestCase.settings = settings(
    max_examples=150, stateful_step_count=50, deadline=None, phases=[Phase.generate]
)
TestPatience = Patience.TestCase
