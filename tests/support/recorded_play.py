"""A recorded history as causes: what the real service was asked, asked of this engine again."""

import json
from pathlib import Path
from typing import Any

from msgspec.structs import asdict
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
from flowy.swf.wire import decision_from_wire, event_from_wire, event_to_wire

CHANGED = frozenset(
    {
        "runId",
        "newExecutionRunId",
        "continuedExecutionRunId",
        "taskToken",
        "identity",
        "eventTimestamp",
    }
)
"""All that a comparison with a recording leaves out: ids that the service made up, and times."""
SINCE_2023 = {"decisionTaskScheduledEventAttributes": "scheduleToStartTimeout"}
"""What the service began to write after most of the recordings were made."""

FIRED = (e.ActivityTaskTimedOut, e.TimerFired, e.DecisionTaskTimedOut, e.WorkflowExecutionTimedOut)
SAME_FIELDS: dict[type[Attributes], type[Decision]] = {
    e.ActivityTaskScheduled: d.ScheduleActivityTask,
    e.ScheduleActivityTaskFailed: d.ScheduleActivityTask,
    e.TimerStarted: d.StartTimer,
    e.TimerCanceled: d.CancelTimer,
    e.MarkerRecorded: d.RecordMarker,
    e.LambdaFunctionScheduled: d.ScheduleLambdaFunction,
    e.StartChildWorkflowExecutionInitiated: d.StartChildWorkflowExecution,
    e.WorkflowExecutionCompleted: d.CompleteWorkflowExecution,
    e.CompleteWorkflowExecutionFailed: d.CompleteWorkflowExecution,
    e.WorkflowExecutionFailed: d.FailWorkflowExecution,
    e.WorkflowExecutionCanceled: d.CancelWorkflowExecution,
}
"""Events whose fields tell the decision that made them."""


def load(path: Path) -> tuple[dict[str, Any], list[Event]]:
    document = json.loads(path.read_text())
    return document, [event_from_wire(event) for event in document["events"]]


def comparable(event: Event) -> Any:
    """An event as JSON, without what changes from one run to the next."""
    wire = event_to_wire(event)
    for block, member in SINCE_2023.items():
        wire.get(block, {}).pop(member, None)
    return _without(wire)


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without(item) for name, item in value.items() if name not in CHANGED}
    return value


def decision_of(attributes: Attributes) -> Decision:
    kind = SAME_FIELDS[type(attributes)]
    fields = asdict(attributes)
    return kind(**{name: fields[name] for name in kind.__struct_fields__ if name in fields})


def batches(document: dict[str, Any], events: list[Event]) -> dict[int | None, list[Decision]]:
    """The decisions of each DecisionTaskCompleted: as sent, or read off their events.

    Under None: the batch whose events were not recorded any more.
    """
    found: dict[int | None, list[Decision]] = {}
    for event in events:
        completed = getattr(event.attributes, "decision_task_completed_event_id", None)
        if completed and "decisionBatches" not in document:
            found.setdefault(completed, []).append(decision_of(event.attributes))
    for batch in document.get("decisionBatches", ()):
        sent = batch["request"].get("decisions", ())
        found[batch["decisionTaskCompletedEventId"]] = [decision_from_wire(w) for w in sent]
    return found


class RecordedPlay:
    """Causes the recorded events one transaction after the other."""

    def __init__(self, document: dict[str, Any], events: list[Event]) -> None:
        self.world = World(Settings(), RunIds(b"replay"))
        self.world.registry.register_domain(Domain(DOMAIN, "1"))
        self.batches = batches(document, events)
        self.previous: dict[int, int] = {}
        self.register(events)
        started = events[0].attributes
        assert isinstance(started, e.WorkflowExecutionStarted)
        named = document.get("execution", {"workflowId": "w", "runId": "r"})
        run_id = ExecutionId(named["workflowId"], named["runId"])
        self.run: Execution = self.world.start(DOMAIN, run_id, started, events[0].at)

    def register(self, events: list[Event]) -> None:
        """Register the types as they were: the first use without a value of its own tells."""
        for event in events:
            self._register(event.attributes)

    def _register(self, a: Attributes) -> None:
        if isinstance(a, e.ActivityTaskScheduled):
            if self.world.registry.find_type(ACTIVITY, DOMAIN, a.activity_type) is None:
                self.world.registry.put_type(_activity_type(a))
        elif isinstance(a, e.WorkflowExecutionStarted | e.StartChildWorkflowExecutionInitiated):
            self.world.registry.put_type(_workflow_type(a))

    def cause(self, event: Event) -> None:
        """Do what made the service append an event; what follows from it comes by itself."""
        a, now = event.attributes, event.at
        match a:
            case e.DecisionTaskStarted():
                self.previous[event.id] = self.run.previous_started
                commands.start_decision(self.world, self._take(a), a.identity, now)
            case e.ActivityTaskStarted():
                commands.start_activity(self.world, self._take(a), a.identity, now)
            case e.LambdaFunctionStarted():
                commands.start_lambda(self.world, self._take(a), now)
            case e.DecisionTaskCompleted():
                decisions = self.batches.get(event.id, [])
                commands.complete_decision(self.world, self.run, a, decisions, now)
            case e.ChildWorkflowExecutionStarted():
                # It has started by itself: the service took 40 to 250 ms for that.
                assert a.initiated_event_id in self.run.children
            case e.ChildWorkflowExecutionCompleted():
                self._complete_child(a, now)
            case _ if isinstance(a, FIRED):
                self._fire(a, now)
            case _:
                commands.report(self.world, self.run, a, now)

    def _take(self, a: Any) -> TaskKey:
        key = TaskKey(self.run.id.run_id, a.scheduled_event_id)
        self.world.lists.withdraw(key)
        return key

    def _complete_child(self, a: e.ChildWorkflowExecutionCompleted, now: int) -> None:
        child = self.world.find(DOMAIN, a.workflow_execution.workflow_id)
        assert child is not None
        assert child.waiting is not None
        commands.start_decision(
            self.world, TaskKey(child.id.run_id, child.waiting.scheduled_id), None, now
        )
        self.answer(child, [d.CompleteWorkflowExecution(a.result)], now)

    def answer(self, run: Execution, decisions: list[Decision], now: int) -> None:
        assert run.running is not None
        completed = e.DecisionTaskCompleted(run.running.scheduled_id, run.running.started_id)
        commands.complete_decision(self.world, run, completed, decisions, now)

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
        return self.written(self.run)

    def written(self, run: Execution) -> list[Event]:
        return [event for key, event in self.world.changes.events if key == run.key]


def _workflow_type(
    a: e.WorkflowExecutionStarted | e.StartChildWorkflowExecutionInitiated,
) -> RegisteredType:
    defaults = {
        "defaultTaskList": {"name": a.task_list.name},
        "defaultExecutionStartToCloseTimeout": a.execution_start_to_close_timeout,
        "defaultTaskStartToCloseTimeout": a.task_start_to_close_timeout,
        "defaultChildPolicy": a.child_policy,
    }
    return RegisteredType(WORKFLOW, DOMAIN, a.workflow_type, 0, defaults)


def _activity_type(a: e.ActivityTaskScheduled) -> RegisteredType:
    defaults = {
        "defaultTaskList": {"name": a.task_list.name},
        "defaultTaskHeartbeatTimeout": a.heartbeat_timeout,
        "defaultTaskScheduleToCloseTimeout": a.schedule_to_close_timeout,
        "defaultTaskScheduleToStartTimeout": a.schedule_to_start_timeout,
        "defaultTaskStartToCloseTimeout": a.start_to_close_timeout,
    }
    return RegisteredType(ACTIVITY, DOMAIN, a.activity_type, 0, defaults)
