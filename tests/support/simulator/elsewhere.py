"""Another process with another hash seed that decides recorded histories all over again."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import msgspec

from flowy.swf.events import Event
from flowy.swf.values import ExecutionId, TypeId
from flowy.swf.wire import event_to_wire

SUPPORT = Path(__file__).parents[1]
ROOT = SUPPORT.parents[1]


class Order(msgspec.Struct):
    """One history to decide: `starts` are the ids of its answered DecisionTaskStarted.

    `spaces` are the limits before and after the next release. `released` says for each start
    whether that release was in use; `cold` is one of the starts, to be decided from nothing.
    """

    type: TypeId
    id: ExecutionId
    spaces: tuple[tuple[int, int], tuple[int, int]]
    events: list[dict[str, Any]]
    starts: list[int]
    released: list[bool]
    cold: int


class Report(msgspec.Struct):
    """What was said at each start, what at the cold one, and of the whole history."""

    said: list[str]
    cold: str
    whole: str


class Elsewhere:
    """The process; it lives as long as the block that it is used in."""

    def __init__(self, hash_seed: int) -> None:
        path = os.pathsep.join((str(SUPPORT), str(ROOT), os.environ.get("PYTHONPATH", "")))
        environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": path}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "simulator.other"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()

    def decide(self, order: Order) -> Report:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode(order) + b"\n")
        self._process.stdin.flush()
        return msgspec.json.decode(self._process.stdout.readline(), type=Report)


def wire(events: Sequence[Event]) -> list[dict[str, Any]]:
    return [event_to_wire(event) for event in events]
