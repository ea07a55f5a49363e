"""The engine is fed what the real service was fed, and must write the history that it wrote."""

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from history_rules import broken_rules
from msgspec.structs import asdict, replace
from world_play import DOMAIN

from flowy.engine.core import commands
from flowy.engine.core.execution import Execution
from flowy.engine.core.registry import ACTIVITY, WORKFLOW, Domain, RegisteredType
from flowy.engine.core.settings import Settings
from flowy.engine.core.task_lists import TaskKey
from flowy.engine.core.world import World
from flowy.engine.run_ids import RunIds
from flowy.swf import decisions as d
from flowy.swf import events as e
from flowy.swf.decisions import Decision
from flowy.swf.events import Attributes, Event
from flowy.swf.values import ExecutionId
from flowy.swf.wire import decision_from_wire, event_from_wire

HISTORIES = Path(__file__).parent / "histories"
FILES = sorted(HISTORIES.glob("*.json")) + sorted((HISTORIES / "secondary").glob("*.json"))
NOT_ALONE = {"sf_child_workflow", "lambda_and_pending_timeout", "garcon_decider_poll"}
"""They need other executions, lambda functions, or were edited."""
PLAYED = [path for path in FILES if path.stem not in NOT_ALONE]
FIRED = (e.ActivityTaskTimedOut, e.TimerFired, e.DecisionTaskTimedOut, e.WorkflowExecutionTimedOut)
SAME_FIELDS: dict[type[Attributes], type[Decision]] = {
    e.ActivityTaskScheduled: d.ScheduleActivityTask,
    e.ScheduleActivityTaskFailed: d.ScheduleActivityTask,
    e.TimerStarted: d.StartTimer,
    e.TimerCanceled: d.CancelTimer,
    e.MarkerRecorded: d.RecordMarker,
    e.WorkflowExecutionCompleted: d.CompleteWorkflowExecution,
    e.CompleteWorkflowExecutionFailed: d.CompleteWorkflowExecution,
    e.WorkflowExecutionFailed: d.FailWorkflowExecution,
    e.WorkflowExecutionCanceled: d.CancelWorkflowExecution,
}
"""Events whose fields tell the decision that made them."""


def load(path: Path) -> tuple[dict[str, Any], list[Event]]:
    document = json.loads(path.read_text())
    return document, [event_from_wire(event) for event in document["events"]]


def decision_of(attributes: Attributes) -> Decision:
    kind = SAME_FIELDS[type(attributes)]
    fields = asdict(attributes)
    return kind(**{name: fields[name] for name in kind.__struct_fields__ if name in fields})


def batches(document: dict[str, Any], events: list[Event]) -> dict[int, list[Decision]]:
    """The decisions of each DecisionTaskCompleted: as sent, or read off their events."""
    found: dict[int, list[Decision]] = {}
    for event in events:
        completed = getattr(event.attributes, "decision_task_completed_event_id", None)
        if completed and "decisionBatches" not in document:
            found.setdefault(completed, []).append(decision_of(event.attributes))
    for batch in document.get("decisionBatches", ()):
        sent = batch["request"].get("decisions", ())
        found[batch["decisionTaskCompletedEventId"]] = [decision_from_wire(w) for w in sent]
    return found


class Player:
    """Causes the recorded events one transaction after the other."""

    def __init__(self, document: dict[str, Any], events: list[Event]) -> None:
        self.world = World(Settings(), RunIds(b"replay"))
        self.world.registry.register_domain(Domain(DOMAIN, "1"))
        self.batches = batches(document, events)
        self._register(events)
        started = events[0].attributes
        assert isinstance(started, e.WorkflowExecutionStarted)
        named = document.get("execution", {"workflowId": "w", "runId": "r"})
        run_id = ExecutionId(named["workflowId"], named["runId"])
        self.run: Execution = self.world.start(DOMAIN, run_id, started, events[0].at)

    def _register(self, events: list[Event]) -> None:
        """Register the types as they were: the first use without a value of its own tells."""
        for event in events:
            a = event.attributes
            if isinstance(a, e.ActivityTaskScheduled):
                if self.world.registry.find_type(ACTIVITY, DOMAIN, a.activity_type) is None:
                    self.world.registry.put_type(self._activity_type(a))
            elif isinstance(a, e.WorkflowExecutionStarted):
                defaults = {
                    "defaultTaskList": {"name": a.task_list.name},
                    "defaultExecutionStartToCloseTimeout": a.execution_start_to_close_timeout,
                    "defaultTaskStartToCloseTimeout": a.task_start_to_close_timeout,
                    "defaultChildPolicy": a.child_policy,
                }
                found = RegisteredType(WORKFLOW, DOMAIN, a.workflow_type, 0, defaults)
                self.world.registry.put_type(found)

    @staticmethod
    def _activity_type(a: e.ActivityTaskScheduled) -> RegisteredType:
        defaults = {
            "defaultTaskList": {"name": a.task_list.name},
            "defaultTaskHeartbeatTimeout": a.heartbeat_timeout,
            "defaultTaskScheduleToCloseTimeout": a.schedule_to_close_timeout,
            "defaultTaskScheduleToStartTimeout": a.schedule_to_start_timeout,
            "defaultTaskStartToCloseTimeout": a.start_to_close_timeout,
        }
        return RegisteredType(ACTIVITY, DOMAIN, a.activity_type, 0, defaults)

    def cause(self, event: Event) -> None:
        """Do what made the service append an event; what follows from it comes by itself."""
        a, now = event.attributes, event.at
        match a:
            case e.DecisionTaskStarted():
                key = TaskKey(self.run.id.run_id, a.scheduled_event_id)
                self.world.lists.withdraw(key)
                commands.start_decision(self.world, key, a.identity, now)
            case e.ActivityTaskStarted():
                key = TaskKey(self.run.id.run_id, a.scheduled_event_id)
                self.world.lists.withdraw(key)
                commands.start_activity(self.world, key, a.identity, now)
            case e.DecisionTaskCompleted():
                decisions = self.batches.get(event.id, [])
                commands.complete_decision(self.world, self.run, a, decisions, now)
            case _ if isinstance(a, FIRED):
                self._fire(a, now)
            case _:
                commands.report(self.world, self.run, a, now)

    def _fire(self, attributes: Attributes, now: int) -> None:
        before = self.run.last_event
        while self.run.last_event == before:
            assert commands.fire_due(self.world, now), f"{attributes} was not due"

    def play(self, events: list[Event]) -> list[Event]:
        for event in events[1:]:
            in_batch = getattr(event.attributes, "decision_task_completed_event_id", None)
            if in_batch or isinstance(event.attributes, e.DecisionTaskScheduled):
                continue
            self.cause(event)
        keys = self.world.changes.events
        return [event for key, event in keys if key == self.run.key]


def plain(events: list[Event]) -> Iterator[Event]:
    """Without what the service began to write in 2023."""
    for event in events:
        if isinstance(event.attributes, e.DecisionTaskScheduled):
            bare = replace(event.attributes, schedule_to_start_timeout=None)
            yield replace(event, attributes=bare)
        else:
            yield event


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_recorded_histories_obey_the_rules(path: Path) -> None:
    assert broken_rules(load(path)[1]) == []


@pytest.mark.parametrize("path", PLAYED, ids=lambda path: path.stem)
def test_engine_writes_what_the_service_wrote(path: Path) -> None:
    document, events = load(path)

    written = Player(document, events).play(events)

    assert list(plain(written)) == list(plain(events))


def test_events_of_one_cause_share_one_time() -> None:
    document, events = load(HISTORIES / "flowy_testworkflow.json")
    written = Player(document, events).play(events)
    completed = [v.id for v in events if isinstance(v.attributes, e.DecisionTaskCompleted)]
    for number in completed:
        produced = [
            v
            for v in written
            if getattr(v.attributes, "decision_task_completed_event_id", None) == number
        ]
        times = [at for at, _ in groupby(produced, key=lambda v: v.at)]
        assert times in ([], [written[number - 1].at])
