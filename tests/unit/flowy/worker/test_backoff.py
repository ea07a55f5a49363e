from hypothesis import given
from hypothesis import strategies as st

from flowy.errors import ServiceError, ServiceUnreachable, Throttled, UnknownResource
from flowy.worker.backoff import answer_delay, empty_delay, poll_delay

REFUSED = ServiceUnreachable("EndpointConnectionError", "refused")
THROTTLED = Throttled("ThrottlingException", "Rate exceeded")
jitters = st.floats(0, 1, exclude_max=True)
failures = st.integers(1, 10_000)


@given(failures, jitters)
def test_a_server_on_this_host_is_asked_again_within_a_quarter_second(n, jitter):
    assert 0 < poll_delay(REFUSED, n, loopback=True, jitter=jitter) <= 0.25
    assert 0 < answer_delay(n, loopback=True, jitter=jitter) <= 0.25


@given(failures, jitters, st.booleans())
def test_a_throttle_is_given_more_time_than_a_lost_connection(n, jitter, loopback):
    throttled = poll_delay(THROTTLED, n, loopback=loopback, jitter=jitter)
    lost = poll_delay(REFUSED, n, loopback=loopback, jitter=jitter)
    assert lost < throttled <= 60


@given(failures, jitters, st.sampled_from([None, REFUSED, THROTTLED, UnknownResource("U", "")]))
def test_delays_grow_with_the_failures_and_stay_bounded(n, jitter, error):
    now = poll_delay(error, n, loopback=False, jitter=jitter)
    later = poll_delay(error, n + 1, loopback=False, jitter=jitter)
    assert 0 < now <= later <= 60


def test_jitter_spreads_the_upper_half_of_a_delay():
    error = ServiceError("Other", "")
    assert poll_delay(error, 3, loopback=False, jitter=0.0) == 2.0
    assert poll_delay(error, 3, loopback=False, jitter=0.5) == 3.0


def test_only_an_empty_poll_that_was_not_held_is_waited_for():
    assert empty_delay(0.0) == 1.0
    assert empty_delay(0.75) == 0.25
    assert empty_delay(59.5) == 0.0
