"""A disk that fills up while the engine runs: 500s, reads go on, and it recovers by itself."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from engine_process import (
    DOMAIN,
    Engine,
    decide,
    decision,
    eventually,
    history,
    register,
    running,
    start,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="tmpfs and prlimit are Linux's")
BIG = "x" * 30_000


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mount four megabytes at a folder; skips where that is not allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no small disk to be had: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def refusal(swf: Any, workflow_id: str) -> int:
    """Start an execution; the status if that failed, else 0."""
    try:
        start(swf, workflow_id, input=BIG)
    except ClientError as error:
        return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
    return 0


def fill(swf: Any) -> list[str]:
    """Start executions until the disk is full; returns those that were acknowledged."""
    for number in range(1_000):
        status = refusal(swf, str(number))
        if status:
            assert status == 500
            return [str(earlier) for earlier in range(number)]
    raise AssertionError("the disk did not fill up")


def open_ids(swf: Any) -> list[str]:
    pages = swf.get_paginator("list_open_workflow_executions").paginate(
        domain=DOMAIN, startTimeFilter={"oldestDate": 0}
    )
    return sorted(i["execution"]["workflowId"] for p in pages for i in p["executionInfos"])


def check_full_and_recovery(engine: Engine, free: Callable[[], None]) -> None:
    """What was acknowledged is there while the disk is full, once it is not, and after a kill."""
    swf = engine.client()
    register(swf)
    early = start(swf, "early")
    acknowledged = sorted([*fill(swf), "early"])
    assert refusal(swf, "after") == 500
    assert open_ids(swf) == acknowledged
    assert len(history(swf, early)) == 2
    assert engine.get("/healthz")[0] == 200
    free()
    eventually(lambda: not refusal(swf, "after"))
    assert open_ids(swf) == sorted([*acknowledged, "after"])
    engine.kill()
    swf = engine.start().client()
    assert open_ids(swf) == sorted([*acknowledged, "after"])
    decide(swf, decision("CompleteWorkflowExecution"))


def test_full_disk(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root mounts")
    folder = tmp_path / "disk"
    with small_disk(folder):
        ballast = folder / "ballast"
        ballast.write_bytes(b"x" * (2 << 20))
        with running(folder / "engine.db", 0.5) as engine:
            check_full_and_recovery(engine, ballast.unlink)


def test_file_that_may_not_grow(tmp_path: Path) -> None:
    with running(tmp_path / "engine.db", 0.5) as engine:
        assert engine.process is not None
        process = engine.process.pid
        _, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
        resource.prlimit(process, resource.RLIMIT_FSIZE, (1 << 20, hard))

        def grow() -> None:
            resource.prlimit(process, resource.RLIMIT_FSIZE, (hard, hard))

        check_full_and_recovery(engine, grow)
