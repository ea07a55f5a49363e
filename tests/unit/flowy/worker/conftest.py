"""Whatever a test opened is closed after it."""

from collections.abc import Iterator

import pytest
from decider_play import close_all


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    close_all()
