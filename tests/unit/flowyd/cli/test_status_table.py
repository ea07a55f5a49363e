"""The status as a tired reader sees it."""

import pytest

from flowyd.cli.status import exit_code
from flowyd.cli.status_table import show, span
from flowyd.control.status import (
    SCHEMA,
    ChildStatus,
    ExitStatus,
    FaultStatus,
    PoolStatus,
    ReloadStatus,
    Status,
    TaskStatus,
    WorkerStatus,
)


def status(state: str = "held") -> Status:
    task = TaskStatus("activity", "Resize/2", "upload-[7]", "run", "resize-1")
    workers = [
        WorkerStatus(0, 3, 1, 4711, "busy", 65_000, 12, task),
        WorkerStatus(1, 0, 1, None, "spawning", 0, 0, None),
        WorkerStatus(2, 0, 1, 4712, "polling", 50_000, 3, None, silent_ms=45_000),
    ]
    last = ExitStatus(1, 4700, "signal", -9, 3_700_000)
    why = "5 workers failed to start"
    pools = [
        PoolStatus("images", "activity", "fast", "ok", 2, 1, 1, 4, None, None, last, workers),
        PoolStatus("idle", "decider", "idle", "held", 1, 0, 0, 5, why, 299_000, None, []),
    ]
    return Status(
        schema=SCHEMA,
        version="0.1.0",
        pid=1,
        domain="d",
        backend="engine",
        config="flowyd.toml",
        state=state,
        ready=True,
        reasons=[f"pool idle is held: {why}"],
        uptime_ms=90_061_000,
        generation=1,
        reload=ReloadStatus("", None, False, 0, None, "", None, 0, 0),
        plugins=["images"],
        children=[ChildStatus("engine", "serving", 9, "http://127.0.0.1:1", 2)],
        pools=pools,
        faults=[FaultStatus("a.py:3", "no pool serves [x]", "add [pools.x]", "warning")],
    )


def test_it_says_first_what_is_wrong_and_then_who_does_what(capsys):
    show(status())
    lines = capsys.readouterr().out.splitlines()

    assert lines[0].startswith("flowyd held  domain d")
    assert lines[0].endswith("generation 1  up 1d01h")
    assert "5 workers failed to start" in lines[1]
    engine = next(line for line in lines if "http://127.0.0.1:1" in line)
    assert "restarted 2x" in engine
    images = next(line.split() for line in lines if line.startswith("images "))
    assert images[:8] == ["images", "activity", "fast", "ok", "2", "1", "1", "4"]
    assert " ".join(images[8:]) == "signal SIGKILL, slot 1, 1h01m ago"
    assert any("held, next in 4m59s" in line for line in lines)
    worker = next(line.split() for line in lines if line.startswith("images:0"))
    assert worker == [
        "images:0", "4711", "busy", "1m05s", "12", "Resize/2", "resize-1", "upload-[7]",
    ]  # fmt: skip
    assert any(line.startswith("images:2") and "polling, silent 45s" in line for line in lines)
    assert any("a.py:3: no pool serves [x] (add [pools.x])" in line for line in lines)


@pytest.mark.parametrize(
    ("state", "code"),
    [("ok", 0), ("starting", 1), ("degraded", 1), ("stopping", 1), ("held", 2)],
)
def test_the_exit_code_says_the_state(state, code):
    assert exit_code(status(state)) == code


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [(0, "0s"), (59_999, "59s"), (60_000, "1m00s"), (3_661_000, "1h01m"), (172_800_000, "2d00h")],
)
def test_a_span_has_its_two_largest_units(milliseconds, shown):
    assert span(milliseconds) == shown
