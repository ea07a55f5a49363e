"""Timers that workflow code starts: `self.sleep`."""

from dataclasses import dataclass
from typing import Any

from flowy.decider.asked import Ask, Asked
from flowy.decider.lines import Lines
from flowy.decider.memory import Memory
from flowy.decider.places import Place, caller
from flowy.errors import TaskCanceled, TaskNotScheduled
from flowy.options import Seconds, check_seconds, duration
from flowy.placeholders import Error, Placeholder, Value
from flowy.retry import is_limit
from flowy.swf.decisions import CancelTimer, StartTimer

TRIES = 20
"""How often one timer is asked for: each refusal costs some five events."""


@dataclass(eq=False, slots=True)
class TimerCall:
    """A timer that was asked for."""

    id: str
    placeholder: Placeholder[Any]
    duration: str
    place: Place | None
    scheduled: int = 0
    tries: int = 1

    @property
    def attempt(self) -> str:
        """The id of the timer: the call's own, with a number once SWF has refused one."""
        return self.id if self.tries == 1 else f"{self.id}~{self.tries}"


class Timers:
    """The timers of one execution."""

    def __init__(self, lines: Lines, asked: Asked) -> None:
        self._lines = lines
        self._asked = asked

    def start(self, placeholder: Placeholder[None], delay: Seconds) -> TimerCall:
        """Ask for a timer that settles the placeholder.

        Raises:
            OptionError: for a delay that SWF would refuse.
        """
        check_seconds("sleep", delay, none=False)
        call = TimerCall(placeholder.name, placeholder, duration(delay), caller())
        self._start(call)
        return call

    def fired(self, call: TimerCall) -> None:
        """Settle it; one that was cancelled meanwhile has settled already."""
        self._lines.settle(call.placeholder, Value(None))

    def refused(self, call: TimerCall, cause: str, memory: Memory) -> None:
        """Settle it with SWF's cause; too many in too short a time are asked for again, at once.

        A wait before that would be a timer too. In a recorded turn history says what was done.
        """
        if call.placeholder.outcome is not None:
            return
        call.tries += 1
        again = is_limit(cause) and call.tries <= TRIES
        if memory.has_timer(call.attempt) or (again and memory.is_live(StartTimer, self._asked)):
            self._start(call)
        else:
            error = TaskNotScheduled(cause, f"the timer {call.id}")
            self._lines.settle(call.placeholder, Error(error))

    def cancel(self, call: TimerCall) -> None:
        """Settle it as cancelled at once and tell SWF; a late TimerFired is ignored."""
        if call.placeholder.outcome is not None:
            return
        self._asked.ask(Ask(CancelTimer(timer_id=call.attempt), place=caller()), after=call)
        self._lines.settle(call.placeholder, Error(TaskCanceled()))

    def _start(self, call: TimerCall) -> None:
        timer = StartTimer(start_to_fire_timeout=call.duration, timer_id=call.attempt)
        self._asked.ask(Ask(timer, call, place=call.place))
