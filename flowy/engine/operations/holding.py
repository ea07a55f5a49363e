"""Holding a poll until there is a task for it."""

from flowy.engine.core import faults
from flowy.engine.core.task_lists import Place, Space
from flowy.engine.desk import VOID, Call, Desk
from flowy.engine.encoding import encode
from flowy.engine.polls import HeldPoll

EMPTY: dict[Space, bytes] = {
    "activity": encode({"startedEventId": 0}),
    "decision": encode({"previousStartedEventId": 0, "startedEventId": 0}),
    "lambda": encode({}),
}
"""An empty poll has no taskToken member at all, whatever the documents say."""


def hold(desk: Desk, call: Call, place: Place) -> bytes | None:
    """Keep the poll, and return None; an identity that said it stops is answered at once."""
    request = call.request
    identity = request.get("identity")
    if desk.polls.is_released(identity, call.now):
        return EMPTY[place.space]
    if desk.polls.count(place) >= desk.settings.pollers:
        raise faults.limit_exceeded(f"More than {desk.settings.pollers} pollers on a task list")
    desk.polls.hold(
        HeldPoll(
            place,
            call.responder,
            call.now + desk.settings.hold_ms,
            identity,
            request.get("reverseOrder", False),
            request.get("startAtPreviousStartedEvent", False),
            desk.page_size(request.get("maximumPageSize")),
        )
    )
    return None


def release_polls(desk: Desk, call: Call) -> bytes:
    """Answer an identity's polls empty: those held now, and those that come in the next minute.

    Not one of SWF's operations: it lets a worker on this engine stop in a second.
    """
    until = call.now + desk.settings.release_ms
    desk.dismissed += desk.polls.release(call.request["identity"], until)
    return VOID
