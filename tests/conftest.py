"""What the whole suite shares: shown grades of conformance tests, and tests that stay together."""

from typing import Any

import pytest
from grades import Grades

TOGETHER = {
    "tests/conformance/": "conformance",
    "tests/meta/test_engine_coverage.py": "conformance",
    "tests/acceptance/test_images.py": "images",
}
"""Tests that one process runs in their order, since they share what they made."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "grade(*letters): the evidence for what a conformance test asserts"
    )
    config.addinivalue_line(
        "markers", "lowered(**settings): run on an engine with these settings; elsewhere skip"
    )
    config.addinivalue_line(
        "markers", "unknown(*numbers): the open questions about SWF that a test takes a side in"
    )
    config.pluginmanager.register(Grades(), "grades")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Group by path: xdist 3.8 cannot rename the tests of pytest 9.2, so its groups do nothing."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling  # where there is no xdist nobody asks

    class ByPath(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            found = (group for path, group in TOGETHER.items() if nodeid.startswith(path))
            return next(found, nodeid)

    return ByPath(config, log)
