"""How long to wait before trying again: pure, with the jitter as an argument in [0, 1)."""

from typing import assert_never

from flowy.errors import ServiceError, ServiceUnreachable, Throttled

EMPTY_SECONDS = 1.0
"""A poll that came back empty sooner was not held, as by moto: the rest of this is waited."""


def poll_delay(
    error: ServiceError | None, failures: int, *, loopback: bool, jitter: float
) -> float:
    """Seconds to wait after the nth poll in a row that failed; None is an error of no service.

    A server on this host is back as soon as its supervisor restarted it, and asking it costs
    nothing; a throttle is answered with more patience than anything else.
    """
    match error:
        case Throttled():
            return spread(1.0, 60.0, failures, jitter)
        case ServiceUnreachable() if loopback:
            return spread(0.05, 0.25, failures, jitter)
        case ServiceUnreachable():
            return spread(0.5, 30.0, failures, jitter)
        case ServiceError() | None:
            return spread(1.0, 30.0, failures, jitter)
        case _:
            assert_never(error)


def answer_delay(failures: int, *, loopback: bool, jitter: float) -> float:
    """Seconds to wait after the nth attempt in a row to answer a task."""
    return spread(0.05, 0.25 if loopback else 5.0, failures, jitter)


def empty_delay(held: float) -> float:
    """Seconds to wait after an empty poll that was held for so many seconds."""
    return max(0.0, EMPTY_SECONDS - held)


def spread(first: float, most: float, failures: int, jitter: float) -> float:
    """A delay that doubles from `first` to `most`, its upper half left to the jitter."""
    full = min(most, first * 2.0 ** min(failures - 1, 32))
    return full * (0.5 + 0.5 * jitter)
