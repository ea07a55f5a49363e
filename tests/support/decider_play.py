"""Deciders over the engine in memory: each `Decides` is one process's decider, driven by hand."""

from collections import Counter
from threading import Event

from flowy.client import Client
from flowy.engine.core.settings import Settings
from flowy.errors import ServiceUnreachable
from flowy.registry import Registry
from flowy.testing.clock import START, VirtualClock
from flowy.testing.memory import MemoryEngine
from flowy.testing.swf import MemoryClient, MemorySWF
from flowy.worker.deciding import Decider
from flowy.worker.decisions import KEEP, Desk, serve
from flowy.worker.post import Post, Silent
from flowy.worker.registration import register_types


class Counts(Silent):
    """A reporter that counts."""

    def __init__(self):
        self.lookups, self.evictions, self.outcomes = Counter(), Counter(), Counter()
        self.kept, self.waits = 0, []

    def looked_up(self, result):
        self.lookups[result] += 1

    def evicted(self, why):
        self.evictions[why] += 1

    def keeps(self, count):
        self.kept = count

    def parked(self, task, seconds):
        self.waits.append(seconds)

    def ended(self, outcome, seconds):
        self.outcomes[outcome] += 1


OPENED: list[MemoryEngine] = []
"""Engines of plays; a fixture beside the tests closes them."""


def close_all():
    while OPENED:
        OPENED.pop().close()


class Still:
    """A time that stands still; what waits for it is told that it passed."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now

    def pause(self, seconds):
        self.now += seconds

    def jitter(self):
        return 0.0


class Decides:
    """One decider with its own list and memory."""

    def __init__(self, play, name, bounds, resident):
        self.play, self.counts, self.stop, self.task = play, Counts(), Event(), None
        decider = Decider(play.registry, self.counts, bounds, resident=resident)
        post = Post(play.swf, play.registry, "decisions", name, time=Still())
        own = None if bounds is None else f"decisions.sticky.{name}"
        self.desk = Desk(post, decider, self.counts, own, self.stop)

    def poll(self):
        """Take a task from its own list, else from the one of all."""
        swf, me, own = self.play.swf, self.desk.post.identity, self.desk.private
        task = swf.poll_decision(own, me, news_only=True) if own else None
        return task or swf.poll_decision("decisions", me)

    def decide(self):
        """Decide the next task; whether there was one."""
        self.task = self.poll()
        if self.task is not None:
            serve(self.desk, self.task, 0.0)
        return self.task is not None


class Play:
    """An engine, its clock, workflows, and as many deciders as a test wants."""

    def __init__(self, *workflows):
        self.clock = VirtualClock(START)
        self.engine = MemoryEngine(self.clock, 0, Settings())
        OPENED.append(self.engine)
        self.calls, self.events, self.lost = Counter(), 0, set()
        self.swf = MemorySWF("d", self._send)
        self.swf.register_domain(1)
        self.registry = Registry()
        for code in workflows:
            self.registry.add(code)
        register_types(self.swf, self.registry)
        self.client: Client = MemoryClient(self.swf)

    def decider(self, name="a", bounds=KEEP, resident=lambda: 0):
        """Without bounds it keeps nothing, and has no list of its own."""
        return Decides(self, name, bounds, resident)

    def start(self, code, *args, id="w"):
        return self.client.start(code, *args, id=id)

    def work(self, result="null"):
        """Complete every activity that waits; how many there were."""
        done = 0
        while (task := self.swf.poll_activity("images", "worker")) is not None:
            self.swf.complete_activity(task.token, result)
            done += 1
        return done

    def advance(self, seconds):
        """Let the engine's time pass, deadline by deadline."""
        until = self.clock.now() + int(seconds * 1000)
        while (at := self.engine.next_deadline()) is not None and at <= until:
            self.clock.move(at)
            self.engine.flush()
        self.clock.move(until)
        self.engine.flush()

    def finish(self, *deciders):
        """Decide and work until nothing waits."""
        while sum(decides.decide() for decides in deciders) + self.work():
            pass

    def history(self, handle):
        return list(self.swf.history(handle.execution))

    def _send(self, operation, wanted):
        self.calls[operation] += 1
        answer = self.engine.request(operation, wanted)
        self.events += len(answer.get("events", ()))
        if operation in self.lost:
            self.lost.discard(operation)
            raise ServiceUnreachable("ReadTimeoutError", "the answer was lost")
        return answer
