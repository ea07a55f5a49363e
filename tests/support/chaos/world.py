"""One chaos run: an engine, two daemons, work for them, and what was done to them."""

import os
import random
import signal
import struct
import subprocess
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Event

from chaos import processes, situations
from chaos.calls import DOMAIN, Unavailable, call, closed
from chaos.counters import Watch
from chaos.engine import Engine
from chaos.feed import Feed
from chaos.host import Host
from chaos.processes import MARKER, came_from, send
from chaos.situations import RELOAD, Seen

CLOCK_SOURCE = Path(__file__).with_name("clock_step.c")
AIM_SECONDS = 2.0
SCRAPE_SECONDS = 0.3


class World:
    """Everything of a run. `pause` keeps the work coming while a deed waits."""

    def __init__(self, home: Path, seed: int, feed: Feed) -> None:
        self.home = home
        self.chance = random.Random(seed)
        self.feed = feed
        self.marker = uuid.uuid4().hex
        self.watch = Watch()
        self.hits: Counter[tuple[str, str]] = Counter()
        self.done: Counter[str] = Counter()
        self.skipped: dict[str, str] = {}
        self.killed: set[int] = set()
        self.faults: list[str] = []
        self.lost_polls: list[tuple[float, float]] = []
        self.generation = 1
        self._scraped_at = 0.0
        (home / "now").mkdir()
        self.preload = build_clock(home)
        self.engine = Engine(self._room("engine"), self._environment("engine"))
        self.both = Host("both", home / "both", self._environment("both"))
        self.acts = Host("acts", home / "acts", self._environment("acts"))

    @property
    def hosts(self) -> tuple[Host, Host]:
        return self.both, self.acts

    def _room(self, name: str) -> Path:
        room = self.home / name
        room.mkdir()
        return room

    def _environment(self, name: str) -> dict[str, str]:
        """The environment of one of the three: its mark, its clock, and keys that nobody checks."""
        clock = self.home / f"clock.{name}"
        clock.write_bytes(struct.pack("d", 0.0))
        keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
        own = {MARKER: self.marker, "FLOWY_CHAOS": str(self.home), "FLOWY_CHAOS_CLOCK": str(clock)}
        preload = {"LD_PRELOAD": str(self.preload)} if self.preload else {}
        return os.environ | keys | own | preload

    def step_clock(self, name: str, seconds: float) -> None:
        """Set somebody's wall clock so far off."""
        with (self.home / f"clock.{name}").open("r+b") as clock:
            clock.write(struct.pack("d", seconds))

    # Life ----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start all three, and wait until they work."""
        self.engine.start()
        keep = {"workflowExecutionRetentionPeriodInDays": "1"}
        call(self.engine.port, "RegisterDomain", name=DOMAIN, **keep)
        self.both.configure(self.engine.port, activities=2, deciders=2, max_tasks=40)
        self.acts.configure(self.engine.port, activities=3, deciders=0, max_tasks=25)
        for host in self.hosts:
            host.start()
        for host in self.hosts:
            host.until_ready()

    def stop(self) -> list[int]:
        """Stop the daemons kindly; their exit codes."""
        codes = [host.stop() for host in self.hosts if host.process is not None]
        self.engine.stop()
        return codes

    def end(self) -> None:
        """End whatever is left, by its own pid."""
        for pid in came_from(self.marker):
            send(pid, signal.SIGKILL)
        own = [host.process for host in self.hosts] + [self.engine._process]
        for process in own:
            if process is not None:
                process.wait()

    # What goes on --------------------------------------------------------------------------------

    def breathe(self) -> None:
        """Feed and scrape once."""
        self.feed.go_on(self.engine.port)
        if time.monotonic() > self._scraped_at + SCRAPE_SECONDS:
            self._scraped_at = time.monotonic()
            for host in self.hosts:
                text = host.metrics()
                if text is not None:
                    self.watch.saw(host.name, host.life, text)

    def pause(self, seconds: float) -> None:
        """Let time pass, with work."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.breathe()
            Event().wait(min(left, 0.05))

    def wait(self, seconds: float) -> None:
        """Let time pass while nobody can be asked."""
        Event().wait(seconds)

    def until(self, what: str, holds: Callable[[], bool], seconds: float) -> None:
        """Wait for a condition, with work."""
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                tails = "\n".join(f"== {host.name}\n{host.tail()}" for host in self.hosts)
                raise AssertionError(f"not within {seconds} s: {what}\n{tails}")
            self.breathe()
            Event().wait(0.1)

    def all_closed(self) -> bool:
        """Whether everything was started and has ended."""
        try:
            return self.feed.is_over and closed(self.engine.port) >= len(self.feed.started)
        except Unavailable:
            return False

    # What a deed meets ---------------------------------------------------------------------------

    def workers(self, host: str | None = None) -> list[Seen]:
        """The living workers, of one host or all."""
        found = situations.workers(self.home)
        return [worker for worker in found if host in (None, worker.host)]

    def present(self, host: Host | None = None) -> set[str]:
        """The situations that hold now, on one host or anywhere."""
        found = {worker.situation for worker in self.workers(host.name if host else None)}
        return found | self.reloading(host)

    def reloading(self, host: Host | None = None) -> set[str]:
        """The situation of a reload, if it holds."""
        asked = (host,) if host else self.hosts
        return {RELOAD} if any(each.reloading for each in asked) else set()

    def aim(self, situation: str, host: Host | None = None) -> None:
        """Wait for a situation, as far as it can be had."""
        if situation == RELOAD:
            self.begin_reload(host or self.chance.choice(self.hosts))
        deadline, fed, name = time.monotonic() + AIM_SECONDS, 0.0, host.name if host else None
        while time.monotonic() < deadline:
            met = self.reloading(host) if situation == RELOAD else set()
            if situation in met | {worker.situation for worker in self.workers(name)}:
                return
            if time.monotonic() > fed + 0.2:
                self.breathe()
                fed = time.monotonic()
            Event().wait(0.003)

    def begin_reload(self, host: Host) -> None:
        """Deploy another good release."""
        self.generation += 1
        host.release(self.generation)
        host.reload()

    def hit(self, kind: str, met: set[str]) -> None:
        """Note a fault and what it met."""
        self.done[kind] += 1
        self.hits.update((kind, situation) for situation in met)

    def polls_may_be_lost(self, since: float) -> None:
        """Note that answers to polls may have been lost from then until now."""
        self.lost_polls.append((since, time.time()))

    def kill(self, *pids: int) -> None:
        """SIGKILL workers, and remember whom."""
        self.killed.update(pids)
        for pid in pids:
            processes.send(pid, signal.SIGKILL)


def build_clock(home: Path) -> Path | None:
    """The library with which wall clocks can be set; None without a C compiler."""
    library = home / "clock_step.so"
    command = ["gcc", "-shared", "-fPIC", "-O2", "-o", str(library), str(CLOCK_SOURCE), "-ldl"]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        return None
    return library
