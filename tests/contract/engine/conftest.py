"""One engine for a module's tests, an unmodified client, and a name that nobody else has."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from engine_process import Engine, register, running


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with running(":memory:", hold=0.05) as engine:
        register(engine.client())
        yield engine


@pytest.fixture
def swf(engine: Engine) -> Any:
    return engine.client()


@pytest.fixture
def name() -> str:
    return f"n-{uuid4()}"
