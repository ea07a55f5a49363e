"""How long a history has grown: SWF ends an execution at 25,000 events."""

from flowy.swf import limits

STEPS = (10_000, 20_000)
"""Events from which a warning is due, once each."""
ADVICE = f"SWF ends an execution at {limits.HISTORY_EVENTS:,}: go on in a new run, self.restart(…)"


def warnings(before: int, now: int) -> tuple[str, ...]:
    """The warning that is due at an event, where the decision before was made at another one."""
    first, second = STEPS
    if before < first <= now or before < second <= now:
        return (f"the history has {now:,} events. {ADVICE}",)
    return ()
