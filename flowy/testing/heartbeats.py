"""Heartbeats in virtual time: an automatic one when it is due, another as soon as it is given."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from flowy.testing.loop import Alarm, Loop, Task
from flowy.worker.heartbeats import Heartbeats, TaskLink
from flowy.worker.post import Service


class LoopHeartbeats(Heartbeats):
    """The worker's heartbeats without its thread.

    Time stands still while code runs, so a heartbeat is not saved up until it is due: the service
    hears each one, and the code sees at once whether it is to stop.
    """

    def __init__(self, service: Service, loop: Loop) -> None:
        super().__init__(service)
        self._loop = loop

    @contextmanager
    def of(self, link: TaskLink) -> Iterator[TaskLink]:
        """While inside, the link's heartbeats are sent."""
        task = self._loop.current()
        link.wake = partial(self._beat, link, task)
        link.overdue = True
        alarms: list[Alarm] = []
        if link.automatic:
            self._wind(link, task, alarms)
        try:
            yield link
        finally:
            for alarm in alarms:
                alarm.call_off()

    def _beat(self, link: TaskLink, task: Task | None) -> None:
        """Send what the code just gave, if its worker still lives."""
        if task is not None and task.doom is not None:
            if task.doom == 0:
                self._loop.die()
            task.doom -= 1
        self._send(link)

    def _wind(self, link: TaskLink, task: Task | None, alarms: list[Alarm]) -> None:
        """Have the next automatic heartbeat sent in time."""
        alarms[:] = [self._loop.after(link.every, lambda: self._due(link, task, alarms))]

    def _due(self, link: TaskLink, task: Task | None, alarms: list[Alarm]) -> None:
        if link.gone or (task is not None and task.dead_to_all):
            return
        self._wind(link, task, alarms)
        self._loop.spawn(lambda: self._send(link))  # a task of its own, since it may be delayed
