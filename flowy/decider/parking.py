"""Parking: the answer to a decision task that we, not the execution's code, cannot decide now.

SWF cannot fail a decision task, and one that times out comes back at once, three events each time,
until 25,000 events end the execution. So the answer is one timer, with its reason in the context.
Whatever comes next, the timer or any other event, tries again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import msgspec

from flowy import forms
from flowy.decider.verdict import Verdict
from flowy.swf.decisions import StartTimer
from flowy.swf.events import DecisionTaskCompleted, DecisionTaskStarted, Event, TimerStarted

FIRST = 15
"""Seconds until the first new try."""
LONGEST = 3_600
"""Seconds; each wait is twice the one before, up to this."""
REASON = 2_000
"""Characters of the reason that the context keeps."""
TIMER = "flowy.park-"
"""What the ids of its timers begin with; names that begin with `flowy.` are ours."""
WAKE = "flowy.wake"
"""The signal that ends the wait: code never sees it, but like any event it brings a new try."""


@dataclass(frozen=True, slots=True)
class Parked:
    """An execution that waits for us: why, and until when (ms since the epoch; 0: unknown)."""

    why: str
    until: int


def park(events: Sequence[Event], why: str) -> Verdict:
    """The answer that parks the execution; `events` are its history, the live task last."""
    tries = parked_in_a_row(events)
    started = next(e.id for e in reversed(events) if isinstance(e.attributes, DecisionTaskStarted))
    delay = min(FIRST * 2**tries, LONGEST)
    timer = StartTimer(start_to_fire_timeout=str(delay), timer_id=f"{TIMER}{started}")
    context = forms.write_context(forms.Context(core=1, parked=why[:REASON]), user_context(events))
    return Verdict((timer,), context, parked=why)


def pass_on(verdict: Verdict) -> Verdict:
    """The same parking, but tried again at once: a draining decider may leave it to newer code."""
    (timer,) = verdict.decisions
    return replace(verdict, decisions=(msgspec.structs.replace(timer, start_to_fire_timeout="0"),))


def parked_by(newest_first: Iterable[Event]) -> Parked | None:
    """Whether the newest answer parked the execution; reads no further back than that answer."""
    until = 0
    for event in newest_first:
        match event.attributes:
            case TimerStarted(timer_id=id, start_to_fire_timeout=seconds) if id.startswith(TIMER):
                until = event.at + int(seconds) * 1000
            case DecisionTaskCompleted(execution_context=context):
                why = forms.read_context(context).parked
                return Parked(why, until) if why else None
            case _:
                pass
    return None


def parked_in_a_row(events: Sequence[Event]) -> int:
    """How many decision tasks were parked since the last one that was decided."""
    count = 0
    for event in reversed(events):
        if isinstance(event.attributes, DecisionTaskCompleted):
            if not forms.read_context(event.attributes.execution_context).parked:
                break
            count += 1
    return min(count, 16)  # 2^16 is far past the longest wait


def user_context(events: Sequence[Event]) -> str:
    """What the execution's code last left in its context: parking keeps it."""
    for event in reversed(events):
        if isinstance(event.attributes, DecisionTaskCompleted):
            return forms.user_context(event.attributes.execution_context)
    return ""
