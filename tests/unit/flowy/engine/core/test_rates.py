"""Token buckets."""

from hypothesis import given
from hypothesis import strategies as st

from flowy.engine.core.rates import Bucket, Buckets, draw
from flowy.engine.core.settings import SWF_RATES, Rate, Settings


def test_untouched_bucket_is_full_and_refills_to_its_size() -> None:
    rate = Rate(2, 1)
    first = draw(None, rate, 0)
    assert first == Bucket(1_000, 0)
    second = draw(first, rate, 0)
    assert second == Bucket(0, 0)
    assert draw(second, rate, 999) is None
    assert draw(second, rate, 1_000) == Bucket(0, 1_000)
    assert draw(second, rate, 1_000_000) == Bucket(1_000, 1_000_000)


@given(
    st.integers(1, 5), st.integers(1, 5), st.lists(st.integers(0, 2_000), min_size=1, max_size=60)
)
def test_no_span_of_time_allows_more_than_size_and_refill(
    size: int, per_second: int, gaps: list[int]
) -> None:
    rate, now, bucket = Rate(size, per_second), 0, None
    taken: list[int] = []
    for gap in gaps:
        now += gap
        left = draw(bucket, rate, now)
        if left is not None:
            bucket = left
            taken.append(now)
    for i, begin in enumerate(taken):
        for j in range(i, len(taken)):
            span = taken[j] - begin
            assert (j - i + 1 - size) * 1_000 <= span * per_second


def test_without_a_rate_everything_is_allowed() -> None:
    buckets = Buckets(Settings())
    assert all(buckets.allows("StartTimer", 0) for _ in range(5_000))
    assert all(buckets.allows_task("d", "l", 0) for _ in range(5_000))


def test_each_decision_type_has_its_own_bucket() -> None:
    buckets = Buckets(Settings(rates=SWF_RATES))
    assert sum(buckets.allows("StartChildWorkflowExecution", 0) for _ in range(600)) == 500
    assert buckets.allows("StartTimer", 0)
    assert sum(buckets.allows("StartChildWorkflowExecution", 1_000) for _ in range(20)) == 12
