"""The suite's target, a stage for each test, and what the runs' histories are checked for."""

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import grades
import msgspec
import pytest
import targets
from engine_process import running
from gathered import GATHERED
from history_rules import broken_rules
from stage import Stage
from targets import RemoteTarget, Target, Wire, engine_target, moto_server

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Note grades, and expect what a target is known to do otherwise."""
    mine = [item for item in items if HERE in item.path.parents]
    differences = _differences()
    for item in mine:
        item.user_properties.append(("grade", grades.read(item)))
        item.user_properties.append(("unknown", grades.unknown(item)))
        reason = differences.get(item.name) or differences.get(item.name.partition("[")[0])
        if reason is not None:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))
    GATHERED.unknown.update(number for item in mine for number in grades.unknown(item))
    files = {item.path for item in mine}
    GATHERED.begun = files == set(HERE.glob("test_*.py")) and targets.NAME == "engine"
    GATHERED.left = {item.nodeid for item in mine}


def pytest_deselected(items: list[pytest.Item]) -> None:
    if any(HERE in item.path.parents for item in items):
        GATHERED.begun = False


def pytest_sessionfinish() -> None:
    """Hand over what was gathered, to who asked for it."""
    if path := os.environ.get("FLOWY_CONFORMANCE_GATHERED"):
        Path(path).write_bytes(msgspec.json.encode(GATHERED))


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    GATHERED.left.discard(item.nodeid)


def _differences() -> dict[str, str]:
    """What moto is known to do otherwise: a test's name and the reason."""
    if targets.NAME != "moto":
        return {}
    listed = tomllib.loads((HERE / "moto_differences.toml").read_text())["difference"]
    return {test: group["reason"] for group in listed for test in group["tests"]}


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    return boto3.Session()


@pytest.fixture(scope="session")
def remote_url() -> Iterator[str | None]:
    """Where the service listens that the suite did not start in this process."""
    if targets.NAME == "moto":
        with moto_server() as url:
            yield url
    else:
        yield None


@pytest.fixture
def target(
    request: pytest.FixtureRequest, session: boto3.Session, remote_url: str | None, tmp_path: Path
) -> Iterator[Target]:
    marker = request.node.get_closest_marker("lowered")
    lowered: dict[str, Any] = marker.kwargs if marker else {}
    if targets.NAME == "engine":
        engine = engine_target(session, tmp_path, lowered)
        yield engine
        engine.service.stop()
        return
    if lowered:
        pytest.skip("this target's limits cannot be lowered")
    yield RemoteTarget(session, remote_url, _domain())


def _domain() -> str | None:
    return os.environ["FLOWY_CONFORMANCE_DOMAIN"] if targets.NAME == "aws" else None


@pytest.fixture
def stage(target: Target) -> Iterator[Stage]:
    """A domain of the test's own; in the end every history must keep SWF's rules."""
    stage = Stage(target)
    yield stage
    histories = stage.every_history() if targets.NAME != "moto" else []  # moto has its own rules
    if targets.NAME == "aws":
        stage.leave()
    for history in histories:
        assert broken_rules(history) == []
        GATHERED.add(history)


@pytest.fixture(scope="session")
def wire(remote_url: str | None) -> Iterator[Wire]:
    """The service's HTTP; the engine in a process of its own, holding polls for 0.3 s."""
    if targets.NAME == "aws":
        pytest.skip("a real account refuses requests that boto3 did not sign")
    if remote_url is not None:
        yield Wire(remote_url)
        return
    with running(":memory:", hold=0.3) as engine:
        yield Wire(engine.url)


@pytest.fixture
def wired(wire: Wire, session: boto3.Session) -> Stage:
    """A stage on that service."""
    return Stage(RemoteTarget(session, wire.url, None))
