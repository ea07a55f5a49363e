"""Times have the form in which the real service was recorded."""

import pytest

from flowy.engine.core.timestamps import write_timestamp


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (1466497773166, "1.466497773166E9"),
        (1497371589140, "1.49737158914E9"),
        (1000000000000, "1.0E9"),
        (10_000_000_000, "1.0E7"),
        (9_999_999_999, "9999999.999"),
        (1_500, "1.5"),
        (0, "0.0"),
    ],
)
def test_time_is_written_as_java_writes_a_double(at: int, text: str) -> None:
    assert write_timestamp(at) == text
    assert round(float(text) * 1000) == at
