"""What an execution asked for, read from its history as a graph: pure.

A call's causes are what ended in the news of the turn that asked for it. Where several ended and
several were asked for at once, a junction stands between them, so that the graph stays as small as
the history.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from flowy.decider.turns import Turn, cut
from flowy.swf import events as e
from flowy.swf.events import Attributes, Event

State = Literal["open", "completed", "failed", "timed out", "canceled"]


@dataclass(slots=True)
class Call:
    """One thing that was asked for, over all its attempts; `id` is as the history has it."""

    kind: str
    id: str
    what: str
    state: State = "open"
    attempts: int = 1


@dataclass(slots=True)
class Graph:
    """The calls of an execution by node name, and the edges between these names.

    The node `start` is the execution's beginning, `end` its end (if it closed), `j…` a junction.
    """

    type: str = ""
    state: State = "open"
    calls: dict[str, Call] = field(default_factory=dict)
    junctions: list[str] = field(default_factory=list)
    edges: list[tuple[str, str]] = field(default_factory=list)


OPENS: dict[type, tuple[str, str, str]] = {
    e.ActivityTaskScheduled: ("activity", "activity_id", "activity_type"),
    e.ScheduleActivityTaskFailed: ("activity", "activity_id", "activity_type"),
    e.TimerStarted: ("timer", "timer_id", "start_to_fire_timeout"),
    e.StartTimerFailed: ("timer", "timer_id", "cause"),
    e.StartChildWorkflowExecutionInitiated: ("child", "workflow_id", "workflow_type"),
    e.LambdaFunctionScheduled: ("lambda", "id", "name"),
    e.ScheduleLambdaFunctionFailed: ("lambda", "id", "name"),
    e.SignalExternalWorkflowExecutionInitiated: ("signal to", "workflow_id", "signal_name"),
    e.RequestCancelExternalWorkflowExecutionInitiated: ("cancel of", "workflow_id", "workflow_id"),
    e.MarkerRecorded: ("marker", "marker_name", "marker_name"),
}
"""Events that show a call: its kind, the attribute with its id, the one that says what it is."""

ENDS: dict[type, tuple[str, State]] = {
    e.ActivityTaskCompleted: ("scheduled_event_id", "completed"),
    e.ActivityTaskFailed: ("scheduled_event_id", "failed"),
    e.ActivityTaskTimedOut: ("scheduled_event_id", "timed out"),
    e.ActivityTaskCanceled: ("scheduled_event_id", "canceled"),
    e.TimerFired: ("started_event_id", "completed"),
    e.TimerCanceled: ("started_event_id", "canceled"),
    e.StartChildWorkflowExecutionFailed: ("initiated_event_id", "failed"),
    e.ChildWorkflowExecutionCompleted: ("initiated_event_id", "completed"),
    e.ChildWorkflowExecutionFailed: ("initiated_event_id", "failed"),
    e.ChildWorkflowExecutionTimedOut: ("initiated_event_id", "timed out"),
    e.ChildWorkflowExecutionCanceled: ("initiated_event_id", "canceled"),
    e.ChildWorkflowExecutionTerminated: ("initiated_event_id", "canceled"),
    e.LambdaFunctionCompleted: ("scheduled_event_id", "completed"),
    e.LambdaFunctionFailed: ("scheduled_event_id", "failed"),
    e.LambdaFunctionTimedOut: ("scheduled_event_id", "timed out"),
    e.StartLambdaFunctionFailed: ("scheduled_event_id", "failed"),
    e.ExternalWorkflowExecutionSignaled: ("initiated_event_id", "completed"),
    e.SignalExternalWorkflowExecutionFailed: ("initiated_event_id", "failed"),
    e.ExternalWorkflowExecutionCancelRequested: ("initiated_event_id", "completed"),
    e.RequestCancelExternalWorkflowExecutionFailed: ("initiated_event_id", "failed"),
}
"""Events that end a call: the attribute that points at its opening event, and its state then."""

TRIED = ("activity", "child", "lambda")
"""What may be tried again, under its id and a number."""

REFUSED = (
    e.ScheduleActivityTaskFailed,
    e.StartTimerFailed,
    e.ScheduleLambdaFunctionFailed,
    e.StartChildWorkflowExecutionFailed,
)
"""Openings that are ends as well."""

CLOSES: dict[type, State] = {
    e.WorkflowExecutionCompleted: "completed",
    e.WorkflowExecutionContinuedAsNew: "completed",
    e.WorkflowExecutionFailed: "failed",
    e.WorkflowExecutionTimedOut: "timed out",
    e.WorkflowExecutionCanceled: "canceled",
    e.WorkflowExecutionTerminated: "canceled",
}


def graph_of(events: Sequence[Event]) -> Graph:
    """The calls in a history, whole or not, and what each of them followed upon."""
    drawing = Drawing()
    for event in events:
        drawing.see(event)
    for turn in cut(events).turns:
        drawing.join(turn)
    return drawing.graph


class Drawing:
    """A graph that is being made. Node names count up, so equal histories give equal graphs."""

    def __init__(self) -> None:
        self.graph = Graph()
        self._nodes: dict[tuple[str, str], str] = {}
        self._events: dict[int, str] = {}  # the node that an event opened, ended or is

    def see(self, event: Event) -> None:
        """Take one event's call, and how it stands."""
        attributes: Any = event.attributes
        kind = type(attributes)
        if isinstance(attributes, e.WorkflowExecutionStarted):
            self.graph.type = str(attributes.workflow_type)
        elif kind in OPENS or is_refused_child(attributes):
            self._open(event, *OPENS.get(kind, OPENS[e.StartChildWorkflowExecutionInitiated]))
        elif kind in ENDS:
            self._end(event, *ENDS[kind])
        elif isinstance(attributes, e.WorkflowExecutionSignaled):
            call = Call("signal", attributes.signal_name, "received", "completed")
            self._add(event, ("signal", str(event.id)), call)
        elif isinstance(attributes, e.WorkflowExecutionCancelRequested):
            call = Call("cancel", "requested", "received", "canceled")
            self._add(event, ("cancel", str(event.id)), call)
        elif kind in CLOSES:
            self.graph.state = CLOSES[kind]
            self._events[event.id] = "end"

    def join(self, turn: Turn) -> None:
        """Draw what a turn asked for after what it saw."""
        seen = [self._events[event.id] for event in turn.news if event.id in self._events]
        asked = [self._events[event.id] for event in turn.batch if event.id in self._events]
        causes = list(dict.fromkeys(seen)) or ["start"]
        effects = [node for node in dict.fromkeys(asked) if node not in causes]
        if len(causes) > 1 and len(effects) > 1:
            junction = f"j{turn.started}"
            self.graph.junctions.append(junction)
            self.graph.edges += [(cause, junction) for cause in causes]
            causes = [junction]
        self.graph.edges += [(cause, effect) for cause in causes for effect in effects]

    def _open(self, event: Event, kind: str, id: str, what: str) -> None:
        attributes: Any = event.attributes
        name = getattr(attributes, id)
        if name.startswith("flowy."):
            return  # the decider's own: nobody's code asked for it
        own = first_attempt(name)
        tried = self._tried(own) if kind == "timer" else self._nodes.get((kind, own))
        if tried is None:
            call = Call(kind, own, str(getattr(attributes, what) or ""))
            self._add(event, (kind, own if kind in TRIED else str(event.id)), call)
        elif kind == "timer":
            self._events[event.id] = tried  # the wait between two attempts
        else:
            self._again(event, tried)
        if kind == "marker" or type(attributes) in REFUSED:
            state: State = "completed" if kind == "marker" else "failed"
            self.graph.calls[self._events[event.id]].state = state

    def _tried(self, id: str) -> str | None:
        return next((self._nodes[k, id] for k in TRIED if (k, id) in self._nodes), None)

    def _again(self, event: Event, node: str) -> None:
        self._events[event.id] = node
        self.graph.calls[node].attempts += 1
        self.graph.calls[node].state = "open"

    def _end(self, event: Event, opened: str, state: State) -> None:
        node = self._events.get(getattr(event.attributes, opened) or 0)
        if node is None:
            return
        self._events[event.id] = node
        call = self.graph.calls[node]
        is_wait = isinstance(event.attributes, e.TimerFired | e.TimerCanceled)
        if not is_wait or call.kind == "timer":
            call.state = state

    def _add(self, event: Event, key: tuple[str, str], call: Call) -> None:
        node = self._nodes[key] = f"n{len(self.graph.calls) + 1}"
        self._events[event.id] = node
        self.graph.calls[node] = call


def is_refused_child(attributes: Attributes) -> bool:
    """Whether a child was refused at once: a late refusal points at the event that asked."""
    if isinstance(attributes, e.StartChildWorkflowExecutionFailed):
        return not attributes.initiated_event_id
    return False


def first_attempt(id: str) -> str:
    """The id without the number of its attempt."""
    own, mark, number = id.rpartition("~")
    return own if mark and number.isdigit() else id
