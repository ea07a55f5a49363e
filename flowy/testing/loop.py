"""Tasks that wait in virtual time: each runs in a greenlet, one at a time, in a fixed order."""

import heapq
import math
from collections.abc import Callable
from contextvars import copy_context
from itertools import count
from random import Random
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet

from flowy.testing.clock import VirtualClock

Action = Callable[[], object]


class Task(greenlet):
    """One task of a worker. `doom` is how many heartbeats it has to live; None: it is safe.

    A doomed task stops where it stands, as if its process had been killed: nothing of its code
    runs any more, and it answers nothing.
    """

    doom: int | None = None
    dead_to_all = False


class Alarm:
    """Something to do at a moment, unless it is called off."""

    def __init__(self, action: Action) -> None:
        self.action: Action | None = action

    def call_off(self) -> None:
        self.action = None


class Loop:
    """What waits for a moment, and the greenlets of the tasks (`flowy.worker.responding.Time`)."""

    def __init__(self, clock: VirtualClock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._alarms: list[tuple[int, int, Alarm]] = []
        self._order = count()
        self._suspended: dict[Task, None] = {}
        self._closed = False

    def spawn(self, code: Action) -> None:
        """Run a task until it ends or waits."""
        task = Task(code)
        task.gr_context = copy_context()
        self._resume(task)

    def at(self, moment: int, action: Action) -> Alarm:
        """Have something done at a moment, in milliseconds."""
        alarm = Alarm(action)
        heapq.heappush(self._alarms, (moment, next(self._order), alarm))
        return alarm

    def after(self, seconds: float, action: Action) -> Alarm:
        """Have something done in so many seconds."""
        return self.at(self._clock.now() + math.ceil(seconds * 1000), action)

    def next_at(self) -> int | None:
        """The moment of the next alarm."""
        while self._alarms and self._alarms[0][2].action is None:
            heapq.heappop(self._alarms)
        return self._alarms[0][0] if self._alarms else None

    def run_due(self) -> bool:
        """Do what is due; whether there was anything."""
        found = False
        while (at := self.next_at()) is not None and at <= self._clock.now():
            action = heapq.heappop(self._alarms)[2].action
            found = True
            if action is not None:
                action()
        return found

    @staticmethod
    def current() -> Task | None:
        """The task that runs now, or None outside of all."""
        running = getcurrent()
        return running if isinstance(running, Task) else None

    def monotonic(self) -> float:
        """Virtual seconds, for a worker."""
        return self._clock.now() / 1000

    def jitter(self) -> float:
        """What spreads the waits of workers, seeded."""
        return self._random.random()

    def pause(self, seconds: float) -> None:
        """Let time pass for the running task, while the others go on."""
        task = self._running()
        if task.doom == 0:
            self.die()
        self.after(seconds, lambda: self._resume(task))
        self._suspend(task)

    def die(self) -> None:
        """Stop the running task for good."""
        task = self._running()
        task.dead_to_all = True
        self._suspend(task)

    def close(self) -> None:
        """End all tasks; their `finally` blocks run, and what these wait for ends them, too."""
        self._closed = True
        for task in list(self._suspended):
            self._suspended.pop(task)
            task.parent = getcurrent()
            task.throw(GreenletExit)

    def _running(self) -> Task:
        task = self.current()
        if task is None:
            raise RuntimeError("only the code of a task can wait here")
        return task

    def _suspend(self, task: Task) -> None:
        if self._closed:
            raise GreenletExit
        self._suspended[task] = None
        hub: Any = task.parent
        hub.switch()

    def _resume(self, task: Task) -> None:
        """Go on with a task; what its code raises comes out here."""
        self._suspended.pop(task, None)
        task.parent = getcurrent()
        task.switch()
