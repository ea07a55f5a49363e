"""The pytest plugin: the fixtures `flowy_env` and `flowy_engine`.

Installed with flowy, nothing to switch on. What it imports it imports in the fixtures, so that test
runs that do not use them pay nothing.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flowy.testing.engine_process import EngineProcess
    from flowy.testing.environment import Environment


@pytest.fixture
def flowy_env() -> "Iterator[Environment]":
    """A `flowy.testing.Environment` for one test: engine, workers and clock in this process.

    def test_month(flowy_env):
        assert flowy_env.run(SleepsForAMonth) == "rested"
    """
    from flowy.testing.environment import Environment

    with Environment() as env:
        yield env


@pytest.fixture(scope="session")
def flowy_engine() -> "Iterator[EngineProcess]":
    """A real engine in a process of its own, one for all tests, on a port the kernel chose.

    Tests keep apart by their domains: `flowy_engine.client()` is a `flowy.Client` on a new one;
    `flowy_engine.url` is the endpoint for anything else.

    def test_with_boto3(flowy_engine):
        swf = boto3.client("swf", endpoint_url=flowy_engine.url, ...)
    """
    from flowy.testing.engine_process import EngineProcess

    with EngineProcess() as engine:
        yield engine
