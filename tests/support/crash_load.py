"""Callers that keep book of what an engine has acknowledged, and a reader of what its file holds.

Both speak in facts: tuples such as ("ActivityTaskCompleted", run id, scheduled event id).
"""

import json
import shutil
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from typing import Any

from engine_process import DOMAIN, FLOW, WORK, decision, headers, schedule
from history_rules import broken_rules

from flowy.engine.core.transaction import CLOSES
from flowy.engine.encoding import decode_event
from flowy.swf import events as e
from flowy.swf.events import Attributes, Event

Fact = tuple[Any, ...]
TIMEOUT = 60
"""Seconds, of everything that has a time-out."""
FAN = 5
"""Decisions in the first batch of every execution that is nobody's child."""


class Unavailable(Exception):
    """The engine has gone."""


class Caller:
    """One connection, for as long as the engine lives."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=20)

    def __call__(self, operation: str, **request: Any) -> tuple[int, Any]:
        """Call; returns status and answer.

        Raises:
            Unavailable: if the engine has gone: nobody knows what came of the call.
        """
        try:
            self._connection.request("POST", "/", json.dumps(request), headers(operation))
            answer = self._connection.getresponse()
            text = answer.read()
        except (OSError, HTTPException) as error:
            raise Unavailable from error
        return answer.status, json.loads(text) if text else {}

    def close(self) -> None:
        self._connection.close()


class Load:
    """Starters, deciders and workers. What was taken and not answered is answered after a crash."""

    def __init__(self) -> None:
        self.acknowledged: set[Fact] = set()
        self.refused: list[Any] = []
        self.calls = 0
        self._numbers = count()
        self._owed: deque[tuple[str, dict[str, Any], Fact]] = deque()

    def register(self, port: int) -> None:
        call = Caller(port)
        call("RegisterDomain", name=DOMAIN, workflowExecutionRetentionPeriodInDays="1")
        call(
            "RegisterWorkflowType",
            domain=DOMAIN,
            **FLOW,
            defaultTaskList={"name": "decisions"},
            defaultTaskStartToCloseTimeout=str(TIMEOUT),
            defaultExecutionStartToCloseTimeout="300",
            defaultChildPolicy="TERMINATE",
        )
        timeouts = ("Heartbeat", "ScheduleToStart", "ScheduleToClose", "StartToClose")
        call(
            "RegisterActivityType",
            domain=DOMAIN,
            **WORK,
            defaultTaskList={"name": "work"},
            **{f"defaultTask{name}Timeout": str(TIMEOUT) for name in timeouts},
        )
        call.close()

    def run(self, port: int) -> list[threading.Thread]:
        """Call until the engine is gone."""
        parts = (self._start, self._start, self._decide, self._decide, self._work, self._work)
        threads = [
            threading.Thread(target=self._until_gone, args=(part, port), daemon=True)
            for part in parts
        ]
        for thread in threads:
            thread.start()
        return threads

    def _until_gone(self, part: Callable[[Caller], None], port: int) -> None:
        call = Caller(port)
        try:
            while True:
                part(call)
        except Unavailable:
            pass
        finally:
            call.close()

    def _ask(self, call: Caller, operation: str, request: dict[str, Any], fact: Fact) -> None:
        """Call; an answer makes the fact binding."""
        status, answer = call(operation, **request)
        self.calls += 1
        if status == 200:
            self.acknowledged.add(fact)
        elif "UnknownResource" not in answer["__type"]:
            self.refused.append(answer)

    def _start(self, call: Caller) -> None:
        number = next(self._numbers)
        name = f"w{number}"
        status, answer = call(
            "StartWorkflowExecution", domain=DOMAIN, workflowId=name, workflowType=FLOW
        )
        self.calls += 1
        if status != 200:
            self.refused.append(answer)
            return
        run = answer["runId"]
        self.acknowledged.add(("WorkflowExecutionStarted", run))
        named = {"domain": DOMAIN, "workflowId": name}
        fact = ("WorkflowExecutionSignaled", run, name)
        self._ask(call, "SignalWorkflowExecution", named | {"signalName": name}, fact)
        if number % 4 == 0:
            fact = ("WorkflowExecutionTerminated", run)
            self._ask(call, "TerminateWorkflowExecution", named, fact)

    def _settle(self, call: Caller) -> None:
        """Give the answers that an engine's end has cut off."""
        while self._owed:
            owed = self._owed.popleft()
            try:
                self._ask(call, *owed)
            except Unavailable:
                self._owed.append(owed)
                raise

    def _take(self, call: Caller, operation: str, name: str) -> Any:
        self._settle(call)
        status, task = call(operation, domain=DOMAIN, taskList={"name": name})
        self.calls += 1
        if status != 200:
            self.refused.append(task)
        return task if "taskToken" in task else None

    def _decide(self, call: Caller) -> None:
        task = self._take(call, "PollForDecisionTask", "decisions")
        if task is None:
            return
        place = (task["workflowExecution"]["runId"], task["startedEventId"])
        self.acknowledged.add(("DecisionTaskStarted", *place))
        answer = {"taskToken": task["taskToken"], "decisions": decide(task)}
        fact = ("DecisionTaskCompleted", *place)
        self._owed.append(("RespondDecisionTaskCompleted", answer, fact))

    def _work(self, call: Caller) -> None:
        task = self._take(call, "PollForActivityTask", "work")
        if task is None:
            return
        place = (task["workflowExecution"]["runId"], task["startedEventId"])
        self.acknowledged.add(("ActivityTaskStarted", *place))
        call("RecordActivityTaskHeartbeat", taskToken=task["taskToken"], details="half")
        fact = ("ActivityTaskCompleted", *place)
        self._owed.append(("RespondActivityTaskCompleted", {"taskToken": task["taskToken"]}, fact))


def decide(task: Any) -> list[dict[str, Any]]:
    """Two activities, two timers and a child; complete when the activities have."""
    events = task["events"]
    started = events[0]["workflowExecutionStartedEventAttributes"]
    if started["parentInitiatedEventId"]:
        return [decision("CompleteWorkflowExecution")]
    if task["previousStartedEventId"] == 0:
        child = f"child-{task['workflowExecution']['workflowId']}"
        return [
            schedule("a"),
            schedule("b"),
            decision("StartTimer", timerId="late", startToFireTimeout="1"),
            decision("StartTimer", timerId="soon", startToFireTimeout="0"),
            decision("StartChildWorkflowExecution", workflowId=child, workflowType=FLOW),
        ]
    done = sum(event["eventType"] == "ActivityTaskCompleted" for event in events)
    fired = any(event["eventType"] == "TimerFired" for event in events)
    return [decision("CompleteWorkflowExecution")] if done == 2 and fired else []


# -- what the file holds ---------------------------------------------------------------------


class Found:
    """The histories in a file, by run id, and which runs its list of executions calls closed.

    It reads a copy: opening a file that was left by a crash would already repair it.
    """

    def __init__(self, database: Path) -> None:
        for name in (database.name, f"{database.name}-wal"):
            if database.with_name(name).exists():
                shutil.copyfile(database.with_name(name), database.with_name(f"copy.{name}"))
        connection = sqlite3.connect(database.with_name(f"copy.{database.name}"))
        try:
            listed = connection.execute(
                "SELECT key, run_id, closed_at IS NOT NULL, description IS NOT NULL FROM executions"
            ).fetchall()
            rows = connection.execute("SELECT key, body FROM events ORDER BY key, id").fetchall()
            self.beats = connection.execute("SELECT key, scheduled_id FROM heartbeats").fetchall()
        finally:
            connection.close()
            for left in database.parent.glob(f"copy.{database.name}*"):
                left.unlink()
        self.runs = {key: run for key, run, _, _ in listed}
        self.closed = {run for _, run, closed, _ in listed if closed}
        self.described = {run for _, run, _, described in listed if described}
        self.strays = {key for key, _ in rows} - set(self.runs)
        self.histories: dict[str, list[Event]] = {run: [] for run in self.runs.values()}
        for key, text in rows:
            self.histories[self.runs[key]].append(decode_event(text))

    def facts(self) -> set[Fact]:
        return {fact for run, events in self.histories.items() for fact in _facts(run, events)}


def _facts(run: str, events: list[Event]) -> Iterator[Fact]:
    for event in events:
        match event.attributes:
            case e.WorkflowExecutionSignaled() as a:
                yield event.type, run, a.signal_name
            case e.DecisionTaskStarted() | e.ActivityTaskStarted():
                yield event.type, run, event.id
            case e.DecisionTaskCompleted() | e.ActivityTaskCompleted() as a:
                yield event.type, run, a.started_event_id
            case _:
                yield event.type, run


def faults(found: Found) -> list[str]:
    """What is half-applied or out of order, in words."""
    broken = [f"events of the unknown execution {key}" for key in found.strays]
    broken += [f"{run}: closed without description" for run in found.closed - found.described]
    children = {
        (a.parent_workflow_execution.run_id, a.parent_initiated_event_id): run
        for run, events in found.histories.items()
        if events
        and isinstance(a := events[0].attributes, e.WorkflowExecutionStarted)
        and a.parent_workflow_execution is not None
    }
    for run, events in found.histories.items():
        words = broken_rules(events) if events else ["no events"]
        words += _closing_faults(events, closed=run in found.closed)
        words += _batch_faults(events)
        words += _child_faults(run, events, children)
        words += _due_faults(events)
        broken += [f"{run}: {word}" for word in words]
    return broken


def _closing_faults(events: list[Event], *, closed: bool) -> list[str]:
    ends = bool(events) and isinstance(events[-1].attributes, CLOSES)
    return [] if ends == closed else [f"listed as closed: {closed}, its history says {ends}"]


def _batch_faults(events: list[Event]) -> list[str]:
    """A batch of decisions is there as a whole or not at all; nothing happens twice."""
    batches: dict[int, int] = {}
    for event in events:
        batch = getattr(event.attributes, "decision_task_completed_event_id", 0)
        if batch:
            batches[batch] = batches.get(batch, 0) + 1
    words = [f"{size} events of the batch {batch}" for batch, size in batches.items()]
    words = [
        word for word, size in zip(words, batches.values(), strict=True) if size not in (1, FAN)
    ]
    once = [
        (event.type, a.scheduled_event_id)
        for event in events
        if isinstance(
            a := event.attributes,
            e.ActivityTaskStarted | e.ActivityTaskCompleted | e.DecisionTaskStarted,
        )
    ]
    once += [
        (event.type, a.signal_name)
        for event in events
        if isinstance(a := event.attributes, e.WorkflowExecutionSignaled)
    ]
    return words + [f"twice: {what}" for what in set(once) if once.count(what) > 1]


def _child_faults(run: str, events: list[Event], children: dict[tuple[str, int], str]) -> list[str]:
    """Parent and child are told of each other in one commit."""
    started = {
        a.initiated_event_id: a.workflow_execution.run_id
        for event in events
        if isinstance(a := event.attributes, e.ChildWorkflowExecutionStarted)
    }
    asked = {
        event.id
        for event in events
        if isinstance(event.attributes, e.StartChildWorkflowExecutionInitiated)
    }
    words = [f"child {number} never started" for number in asked - set(started)]
    return words + [
        f"child {number} is {children.get((run, number))}, not {child}"
        for number, child in started.items()
        if children.get((run, number)) != child
    ]


def _due_faults(events: list[Event]) -> list[str]:
    """Timers and time-outs happen in the order in which they fall due."""
    by_id = {event.id: event for event in events}
    due = [at for event in events if (at := _due(event.attributes, by_id))]
    return [] if due == sorted(due) else [f"what fell due happened in the order {due}"]


def _due(attributes: Attributes, by_id: dict[int, Event]) -> int | None:
    """When a timer or a time-out of the load fell due; None for everything else."""
    match attributes:
        case e.TimerFired():
            timer = by_id[attributes.started_event_id]
            assert isinstance(timer.attributes, e.TimerStarted)
            return timer.at + 1000 * int(timer.attributes.start_to_fire_timeout)
        case e.ActivityTaskTimedOut(timeout_type="SCHEDULE_TO_START"):
            return by_id[attributes.scheduled_event_id].at + 1000 * TIMEOUT
        case e.ActivityTaskTimedOut(timeout_type="START_TO_CLOSE") | e.DecisionTaskTimedOut():
            return by_id[attributes.started_event_id].at + 1000 * TIMEOUT
        case _:
            return None
