"""Timers that workflow code starts: `self.sleep`."""

from dataclasses import dataclass
from typing import Any

from flowy.decider.asked import Ask, Asked
from flowy.decider.lines import Lines
from flowy.decider.places import caller
from flowy.errors import TaskCanceled, TaskNotScheduled
from flowy.options import Seconds, check_seconds, duration
from flowy.placeholders import Error, Placeholder, Value
from flowy.swf.decisions import CancelTimer, StartTimer


@dataclass(eq=False, slots=True)
class TimerCall:
    """A timer that was asked for."""

    id: str
    placeholder: Placeholder[Any]
    scheduled: int = 0


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
        call = TimerCall(placeholder.name, placeholder)
        timer = StartTimer(start_to_fire_timeout=duration(delay), timer_id=call.id)
        self._asked.ask(Ask(timer, call, place=caller()))
        return call

    def fired(self, call: TimerCall) -> None:
        """Settle it; one that was cancelled meanwhile has settled already."""
        self._lines.settle(call.placeholder, Value(None))

    def refused(self, call: TimerCall, cause: str) -> None:
        """Settle it with SWF's cause."""
        error = TaskNotScheduled(cause, f"the timer {call.id}")
        self._lines.settle(call.placeholder, Error(error))

    def cancel(self, call: TimerCall) -> None:
        """Settle it as cancelled at once and tell SWF; a late TimerFired is ignored."""
        if call.placeholder.outcome is not None:
            return
        self._asked.ask(Ask(CancelTimer(timer_id=call.id), place=caller()), after=call)
        self._lines.settle(call.placeholder, Error(TaskCanceled()))
