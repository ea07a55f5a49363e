"""What the whole suite shares: the grades of the conformance tests are shown by every run."""

import pytest
from grades import Grades


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "grade(*letters): the evidence for what a conformance test asserts"
    )
    config.addinivalue_line(
        "markers", "lowered(**settings): run on an engine with these settings; elsewhere skip"
    )
    config.pluginmanager.register(Grades(), "grades")
