import time

import pytest

from flowy.errors import ServiceError, ServiceUnreachable, Throttled, UnknownResource
from flowy.worker.responding import Again, Over, after, respond

LOST = ServiceUnreachable("ConnectionClosedError", "reset")
THROTTLED = Throttled("ThrottlingException", "Rate exceeded")
UNKNOWN = UnknownResource("UnknownResourceFault", "Unknown activity")
INVALID = ServiceError("ValidationException", "too long")


def test_a_closed_task_is_gone_unless_a_lost_attempt_may_have_closed_it():
    assert after(UNKNOWN, unsure=False, left=9, delay=1) == Over("gone")
    assert after(UNKNOWN, unsure=True, left=9, delay=1) == Over("answered")


@pytest.mark.parametrize("error", [LOST, THROTTLED])
def test_what_may_pass_is_tried_until_the_deadline(error):
    assert after(error, unsure=False, left=9, delay=1) == Again(1)
    assert after(error, unsure=False, left=0.5, delay=1) == Again(0.5)
    assert after(error, unsure=False, left=0, delay=1) == Over("expired")


def test_an_answer_with_a_fault_is_not_repeated():
    assert after(INVALID, unsure=True, left=9, delay=1) == Over("refused")


def sender(*errors):
    """A call that raises each of these, one after the other, then succeeds."""
    left = list(errors)

    def send():
        if left:
            raise left.pop(0)

    return send


def later(seconds):
    return time.monotonic() + seconds


def test_an_answer_that_was_lost_twice_is_sent_a_third_time():
    assert respond(sender(LOST, THROTTLED), deadline=later(60), loopback=True) == ("answered", None)


def test_unknown_after_a_lost_answer_counts_as_answered():
    told = respond(sender(LOST, UNKNOWN), deadline=later(60), loopback=True)
    assert told == ("answered", None)


def test_unknown_after_a_throttle_is_gone_since_nothing_was_carried_out():
    told = respond(sender(THROTTLED, UNKNOWN), deadline=later(60), loopback=True)
    assert told == ("gone", UNKNOWN)


def test_after_the_deadline_nothing_is_tried_again():
    assert respond(sender(LOST, LOST), deadline=later(-1), loopback=True) == ("expired", LOST)
