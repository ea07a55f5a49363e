"""What a run must have kept: everything done once, and a cause for whatever was tried twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from chaos.ledger import Attempt, Ledger

SLACK = 0.05
"""Seconds: /proc/uptime has hundredths, and a line is written a moment after its time was read."""
CLOCKS = 5.0
"""Seconds by which the engine's clock and ours may differ after steps, and a poll be answered."""
ACTIVITIES = 10
CLOSES = (
    "ActivityTaskCompleted",
    "ActivityTaskFailed",
    "ActivityTaskTimedOut",
    "ActivityTaskCanceled",
)


@dataclass(frozen=True)
class Excuses:
    """What we did ourselves: whom we killed, and when answers to polls may have been lost.

    `killed` by pid; `lost_polls` are windows of the wall clock, in seconds.
    """

    killed: frozenset[int]
    lost_polls: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Tried:
    """One attempt, as history tells it."""

    id: str
    identity: str
    started_at: float
    close: str
    reason: str

    @property
    def call(self) -> str:
        """The activity's id without its attempt."""
        return self.id.partition("~")[0]

    @property
    def pid(self) -> int:
        """Of the worker that it was handed to; 0: nobody."""
        return int(self.identity.split(":")[1]) if self.identity else 0


def attributes(event: dict[str, Any]) -> dict[str, Any]:
    kind = event["eventType"]
    found: dict[str, Any] = event[f"{kind[0].lower()}{kind[1:]}EventAttributes"]
    return found


def tried(events: list[dict[str, Any]]) -> list[Tried]:
    """All attempts of an execution's activities, in the order of their ends."""
    by_id = {event["eventId"]: event for event in events}
    found = []
    for event in events:
        if event["eventType"] in CLOSES:
            told = attributes(event)
            scheduled = attributes(by_id[told["scheduledEventId"]])
            started = by_id.get(told["startedEventId"])
            identity = attributes(started).get("identity", "") if started else ""
            at = started["eventTimestamp"] if started else 0.0
            reason = told.get("reason") or told.get("timeoutType") or ""
            found.append(Tried(scheduled["activityId"], identity, at, event["eventType"], reason))
    return found


def judge(
    workflow_id: str, events: list[dict[str, Any]], ledger: Ledger, excuses: Excuses
) -> Iterator[str]:
    """What is wrong with one execution."""
    if events[-1]["eventType"] != "WorkflowExecutionCompleted":
        yield f"it ended as {events[-1]}"
    attempts = tried(events)
    done = [each for each in attempts if each.close == "ActivityTaskCompleted"]
    if len({each.call for each in done}) != ACTIVITIES or len(done) != ACTIVITIES:
        yield f"{len(done)} activities were completed, not {ACTIVITIES}: {done}"
    for each in attempts:
        yield from judge_attempt(each, ledger.get((workflow_id, each.id)), excuses)
    for call in {each.call for each in attempts}:
        mine = [ledger.get((workflow_id, each.id)) for each in attempts if each.call == call]
        yield from judge_order(call, [attempt for attempt in mine if attempt is not None])


def judge_attempt(each: Tried, noted: Attempt | None, excuses: Excuses) -> Iterator[str]:
    """What is wrong with one attempt: done without a trace, begun twice, cut without a cause."""
    if noted is not None and len(noted.begins) > 1:
        yield f"{each} was begun {len(noted.begins)} times"
    if each.close == "ActivityTaskCompleted":
        if noted is None or not noted.ends:
            yield f"{each} is completed, but the ledger knows nothing of it"
    elif cause_of(each, noted, excuses) is None:
        yield f"{each} was cut without a cause; the ledger has {noted}"


def cause_of(each: Tried, noted: Attempt | None, excuses: Excuses) -> str | None:
    """Which deed of ours explains that an attempt was not completed.

    A reload, a new size, a recycling, a throttle explain nothing.
    """
    lost = each.reason == "flowy.WorkerLost" or each.close == "ActivityTaskTimedOut"
    if lost and each.pid in excuses.killed:
        return "its worker was killed"
    if each.close == "ActivityTaskTimedOut" and noted is None:
        for begin, end in excuses.lost_polls:
            if begin - CLOCKS <= each.started_at <= end + CLOCKS:
                return "the answer to its poll was lost"
    return None


def judge_order(call: str, attempts: list[Attempt]) -> Iterator[str]:
    """What is wrong if two attempts were at work at once."""
    for before, after in pairwise(attempts):
        if after.begins and after.begins[0] + SLACK < before.last_sign:
            late = before.last_sign - after.begins[0]
            yield f"{call}: the next attempt began {late:.3f} s before the one before was over"
