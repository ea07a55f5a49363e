"""An environment for each test."""

import pytest

from flowy.testing import Environment


@pytest.fixture
def env():
    with Environment() as made:
        yield made
