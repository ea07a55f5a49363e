"""The edge of a fleet, played: what the loop and the kernel do, for random worlds."""

from collections import Counter

from hypothesis.stateful import RuleBasedStateMachine

from flowyd.supervisor import news, orders, pools, reloading, services, states
from flowyd.supervisor.fleet import Fleet
from flowyd.supervisor.generations import Terms
from flowyd.supervisor.steering import step
from flowyd.supervisor.stopping import OWED_MS


class PlayedEdge(RuleBasedStateMachine):
    """Carries the fleet's orders out in a world of numbers; each is looked at."""

    def __init__(self):
        super().__init__()
        names = (services.zygote_of(1), services.COURIER, services.ENGINE, services.WEB)
        self.fleet = Fleet(
            services={name: services.Service(name, services.Down(0, 0)) for name in names},
            pools={"a": pools.Pool("a", 2), "d": pools.Pool("d", 1)},
            terms={"a": Terms(10_000, ()), "d": Terms(10_000, ())},
        )
        self.now = 0
        self.next_pid = 100
        self.alive: dict[int, orders.WorkerId | str] = {}
        self.unborn: list[orders.WorkerId] = []
        self.signalled: dict[int, states.Sign] = {}
        self.owed: list[orders.WorkerId] = []
        self.closed: set[orders.WorkerId] = set()
        self.finished = False
        self.exits: Counter[str] = Counter()
        self.registering = 1
        self.asks = 0
        self.hear(states.Tick())

    def hear(self, event):
        if self.finished:
            return
        self.fleet, given = step(self.fleet, event, self.now, 0.5)
        for order in given:
            self.carry(order)

    def carry(self, order):
        match order:
            case orders.LaunchService(name):
                assert name not in self.alive.values()
                self.hear(news.ServiceEvent(name, services.Launched(self.make(name))))
            case orders.SpawnWorker(worker):
                self.unborn.append(worker)
            case orders.CloseWorker(worker):
                assert worker not in self.alive.values(), "closed while its process may answer"
                assert worker not in self.closed, "its task is answered once"
                self.closed.add(worker)
                self.owed.append(worker)
                self.unborn = [other for other in self.unborn if other != worker]
            case orders.SendSignal(pid, sign):
                assert pid in self.alive, f"{sign} to {pid}, which is nobody"
                self.look_at_sign(pid, sign)
                self.signalled[pid] = sign
            case orders.RegisterTypes(generation=generation):
                self.registering = generation
            case orders.AdoptGeneration():
                self.check_switch()
            case orders.Finish():
                assert not self.alive
                self.finished = True
            case _:
                pass

    def check_switch(self):
        """Whoever serves now does, before anybody of the generation before has left for it."""
        for pool in self.fleet.pools.values():
            if not pool.paused and pool.name not in self.fleet.removed:
                assert reloading.serving(pool, self.fleet.generation) >= min(
                    pool.wanted, pool.ready
                )
            for state in pool.workers.values():
                if state.birth.generation != self.fleet.generation and not self.fleet.stop:
                    assert not isinstance(state, states.Polling | states.Busy | states.Retiring)

    def look_at_sign(self, pid, sign):
        """Who carries the answers of the dead is told to stop after all of them, in reason."""
        if self.alive[pid] in {services.ENGINE, services.COURIER} and sign is states.Sign.TERM:
            stop, since = self.fleet.stop, self.fleet.empty_since
            assert self.worker_pids() == []
            late = since is not None and self.now >= since + OWED_MS
            assert not self.fleet.owed or late or stop.stage >= 2

    def make(self, owner):
        self.next_pid += 1
        self.alive[self.next_pid] = owner
        return self.next_pid

    def die(self, pid, code):
        owner = self.alive.pop(pid)
        change = states.Exited(code)
        if isinstance(owner, str):
            self.hear(news.ServiceEvent(owner, change))
        else:
            self.hear(news.WorkerEvent(owner, change))

    def worker_pids(self):
        return [pid for pid, owner in self.alive.items() if not isinstance(owner, str)]

    def state_of(self, worker):
        return self.fleet.pools[worker.pool].workers.get(pools.Key(worker.slot, worker.spawn))
