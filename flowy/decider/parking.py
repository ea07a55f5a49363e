"""Parking: the answer to a decision task that we, not the execution's code, cannot decide now.

SWF cannot fail a decision task, and one that times out comes back at once, three events each time,
until 25,000 events end the execution. So the answer is one timer, with its reason in the context.
Whatever comes next, the timer or any other event, tries again.
"""

from collections.abc import Sequence

from flowy import forms
from flowy.decider.verdict import Verdict
from flowy.swf.decisions import StartTimer
from flowy.swf.events import DecisionTaskCompleted, DecisionTaskStarted, Event

FIRST = 15
"""Seconds until the first new try."""
LONGEST = 3_600
"""Seconds; each wait is twice the one before, up to this."""
REASON = 2_000
"""Characters of the reason that the context keeps."""


def park(events: Sequence[Event], why: str) -> Verdict:
    """The answer that parks the execution; `events` are its history, the live task last."""
    tries = parked_in_a_row(events)
    started = next(e.id for e in reversed(events) if isinstance(e.attributes, DecisionTaskStarted))
    delay = min(FIRST * 2**tries, LONGEST)
    timer = StartTimer(start_to_fire_timeout=str(delay), timer_id=f"flowy.park-{started}")
    context = forms.write_context(forms.Context(core=1, parked=why[:REASON]), user_context(events))
    return Verdict((timer,), context, parked=why)


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
