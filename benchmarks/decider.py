"""`make bench`: the decider's CPU per decision, without the wire, beside a yardstick.

Only CPU time of `activate` is counted. Ratios are what a change is judged by: how fast the machine
is at the moment shows in the yardstick, a json.loads of one fixed text.
"""

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from told import RUN, Told

from flowy import ActivityProxy, Workflow, activity, workflow
from flowy.decider import Decided, Execution
from flowy.registry import Registry

TURNS = 4_000
WIDTH = 1_000
KEPT = 500
PLACES = (10, 100, 1_000, 4_000)
AROUND = 8
"""Decisions before and after a place that its figure is the median of, in each of the runs."""
RUNS = 5
TEXT = json.dumps([{"id": n, "name": f"activity-{n}", "at": n * 1.5} for n in range(20)])


@activity("Work", 1, "work", start_to_close=60)
def work(source: str, number: int) -> str:
    return f"{source}/{number}"


@workflow("Chain", 1, "decisions")
class Chain(Workflow):
    work = ActivityProxy(work)

    def run(self, turns: int) -> None:
        for number in range(turns):
            self.work("s3://bucket/video", number).result()


@workflow("Fan", 1, "decisions")
class Fan(Workflow):
    work = ActivityProxy(work)

    def run(self, width: int) -> None:
        for call in [self.work("s3://bucket/video", number) for number in range(width)]:
            call.result()


def fresh(told: Told, kind: type[Workflow]) -> Execution:
    registry = Registry()
    registry.add(kind)
    registry.add(work)
    return Execution(registry.workflow(told.type), RUN, registry)


def timed(execution: Execution, events: list[Any]) -> tuple[Decided, float]:
    """The answer of one activation, and its CPU time in µs."""
    began = time.process_time_ns()
    answer = execution.activate(events)
    spent = (time.process_time_ns() - began) / 1_000
    assert isinstance(answer, Decided), answer
    return answer, spent


def yardstick() -> float:
    """The CPU time in µs of parsing one fixed text."""
    samples = []
    for _ in range(200):
        began = time.process_time_ns()
        json.loads(TEXT)
        samples.append((time.process_time_ns() - began) / 1_000)
    return statistics.median(samples)


def chain(costs: dict[int, list[float]]) -> Told:
    """One sequential workflow, kept from its first to its last turn."""
    told = Told("Chain", TURNS + AROUND + 2)
    execution = fresh(told, Chain)
    for turn in range(1, TURNS + AROUND + 1):
        answer, spent = timed(execution, told.window(execution.last))
        told.take(answer.decisions)
        told.complete_all()
        for place in PLACES:
            if abs(turn - place) <= min(AROUND, place - 2):
                costs[place].append(spent)
    execution.evict()
    return told


def kept_decisions() -> Told:
    costs: dict[int, list[float]] = {place: [] for place in PLACES}
    sticks = []
    for _ in range(RUNS):
        sticks.append(yardstick())
        told = chain(costs)
    stick = statistics.median(sticks)
    print(f"yardstick: json.loads of {len(TEXT):,} characters {stick:24.1f} µs")
    for place, samples in costs.items():
        middle = statistics.median(samples)
        print(
            f"kept decision at activity {place:6,} {middle:30.1f} µs {middle / stick:6.2f} sticks"
        )
    first, last = (statistics.median(costs[place]) for place in (PLACES[0], PLACES[-1]))
    print(f"ratio of activity {PLACES[-1]:,} to activity {PLACES[0]} {last / first:29.2f}")
    return told


def replay(told: Told) -> None:
    execution = fresh(told, Chain)
    _, spent = timed(execution, told.window(0))
    execution.evict()
    events = len(told.events)
    each = spent / (TURNS + AROUND)
    print(f"whole replay of {events:,} events {spent / 1_000:24.0f} ms, {each:.1f} µs a turn")


def fan_out() -> None:
    told = Told("Fan", WIDTH)
    execution = fresh(told, Fan)
    answer, spent = timed(execution, told.window(0))
    told.take(answer.decisions)
    print(f"fan-out of {WIDTH:,}, first decision {spent / 1_000:26.1f} ms")
    ends = []
    for _ in range(WIDTH - 1):
        told.complete_one()
        answer, spent = timed(execution, told.window(execution.last))
        told.take(answer.decisions)
        ends.append(spent)
    execution.evict()
    print(f"fan-out of {WIDTH:,}, each end {statistics.median(ends):31.1f} µs")


def memory() -> None:
    """What a suspended execution holds: greenlets' stacks are not in Python's own count."""

    def suspended() -> Execution:
        told = Told("Chain", 3)
        execution = fresh(told, Chain)
        timed(execution, told.window(0))
        return execution

    suspended().evict()
    gc.collect()
    resident = rss()
    kept = [suspended() for _ in range(KEPT)]
    gc.collect()
    print(f"suspended execution {(rss() - resident) / KEPT / 1024:38.1f} KiB resident")
    for execution in kept:
        execution.evict()


def rss() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123  # a file of one line
        return int(file.read().split()[1]) * 4_096


def alone(measure: Callable[[], Any]) -> Any:
    """Measure without the collector's turns, which come at any moment."""
    gc.collect()
    gc.disable()
    try:
        return measure()
    finally:
        gc.enable()


def main() -> None:
    told = alone(kept_decisions)
    alone(lambda: replay(told))
    alone(fan_out)
    memory()
    sys.stdout.flush()


if __name__ == "__main__":
    main()
