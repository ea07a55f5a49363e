"""What is still open when an execution closes: SWF drops it, so somebody should hear its name."""

from collections.abc import Iterable
from typing import Any

from flowy.decider.activities import ActivityCall
from flowy.decider.lambdas import LambdaCall

NAMES = 20
"""How many are named; a fan-out may leave hundreds."""


def dropped(calls: Iterable[Any]) -> tuple[str, ...]:
    """One line that names the tasks that SWF drops, or nothing.

    Timers are left out: a time limit that was not needed is everyday. So are children: they go on.
    """
    names = [
        call.id
        for call in calls
        if isinstance(call, ActivityCall | LambdaCall) and not call.placeholder.done()
    ]
    if not names:
        return ()
    more = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
    return (f"still open at the close, so that SWF drops them: {', '.join(names[:NAMES])}{more}",)
