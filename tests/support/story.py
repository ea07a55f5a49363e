"""A history told line by line: SWF's part is played by the test, the decider is the real one."""

from typing import Any

from flowy import forms
from flowy.decider import Decided, Execution, Verdict, decide
from flowy.registry import Registry, definition
from flowy.swf import decisions as d
from flowy.swf import events as e
from flowy.swf.events import Attributes, Event
from flowy.swf.values import ExecutionId, TaskList, TypeId

LIST = TaskList("decisions")
RUN = ExecutionId("workflow-1", "run-1")


def registry_of(*things: Any) -> Registry:
    registry = Registry()
    for thing in things:
        registry.add(thing)
    return registry


class Story:
    """One execution's history, with the decider's answers written into it as SWF would."""

    def __init__(self, workflow: type, *args: Any, known: tuple[Any, ...] = ()) -> None:
        self.registry = registry_of(workflow, *known)
        self.type: TypeId = definition(workflow).type
        self.events: list[Event] = []
        self.scheduled: dict[str, int] = {}
        self.now = 1_000_000
        self.started = 0
        self.completed = 0
        started = e.WorkflowExecutionStarted(
            child_policy="TERMINATE",
            task_list=LIST,
            workflow_type=self.type,
            parent_initiated_event_id=0,
            input=forms.write_input(forms.write_arguments(args, {})),
        )
        self.add(started)

    def add(self, attributes: Attributes) -> int:
        """Append an event; returns its id."""
        self.now += 10
        self.events.append(Event(len(self.events) + 1, self.now, attributes))
        return len(self.events)

    def poll(self) -> None:
        """A decider gets the decision task."""
        scheduled = self.add(e.DecisionTaskScheduled(task_list=LIST))
        self.started = self.add(e.DecisionTaskStarted(scheduled_event_id=scheduled))

    def decide(self) -> Verdict:
        """A decider polls and answers; its decisions become events."""
        self.poll()
        verdict = decide(self.registry, RUN, self.type, self.events)
        self.answer(verdict.decisions, verdict.context)
        return verdict

    def run(self, execution: Execution) -> tuple[d.Decision, ...]:
        """The same, with an execution that is kept."""
        self.poll()
        answer = execution.activate(self.events)
        assert isinstance(answer, Decided), answer
        context = forms.Context(core=1, kept_back=answer.kept_back, held=dict(answer.held))
        self.answer(answer.decisions, forms.write_context(context))
        return answer.decisions

    def answer(self, decisions: tuple[d.Decision, ...], context: str | None = None) -> None:
        """SWF takes a decider's answer."""
        completed = self.add(
            e.DecisionTaskCompleted(
                scheduled_event_id=self.started - 1,
                started_event_id=self.started,
                execution_context=context,
            )
        )
        for decision in decisions:
            if isinstance(decision, d.CLOSES) and completed > self.started + 1:
                self.refuse(decision, completed)
            else:
                self.take(decision, completed)

    def refuse(self, close: d.Decision, completed: int) -> None:
        """News came while the decider ran: SWF does not take its close."""
        kind = e.EVENTS[f"{close.type}Failed"]
        self.add(kind(cause="UNHANDLED_DECISION", decision_task_completed_event_id=completed))

    def take(self, decision: d.Decision, completed: int) -> None:
        """The event that SWF makes of a decision."""
        self.completed = completed
        match decision:
            case d.ScheduleActivityTask():
                self.schedule(decision)
            case d.StartTimer(timer_id=id, start_to_fire_timeout=delay):
                self.scheduled[id] = self.record(
                    e.TimerStarted, timer_id=id, start_to_fire_timeout=delay
                )
            case d.RecordMarker(marker_name=name, details=details):
                self.record(e.MarkerRecorded, marker_name=name, details=details)
            case d.CancelTimer(timer_id=id):
                self.cancel_timer(id)
            case d.RequestCancelActivityTask(activity_id=id):
                self.request_cancel(id)
            case d.CompleteWorkflowExecution(result=result):
                self.record(e.WorkflowExecutionCompleted, result=result)
            case d.FailWorkflowExecution(reason=reason, details=details):
                self.record(e.WorkflowExecutionFailed, reason=reason, details=details)
            case d.CancelWorkflowExecution():
                self.record(e.WorkflowExecutionCanceled)

    def record(self, kind: type[Attributes], **attributes: Any) -> int:
        """Append an event of the batch of the last answer."""
        return self.add(kind(decision_task_completed_event_id=self.completed, **attributes))

    def schedule(self, task: d.ScheduleActivityTask) -> None:
        self.scheduled[task.activity_id] = self.record(
            e.ActivityTaskScheduled,
            activity_id=task.activity_id,
            activity_type=task.activity_type,
            task_list=task.task_list or LIST,
            input=task.input,
        )

    def cancel_timer(self, id: str) -> None:
        if id in self.scheduled:
            started = self.scheduled.pop(id)
            self.record(e.TimerCanceled, timer_id=id, started_event_id=started)
        else:
            self.record(e.CancelTimerFailed, timer_id=id, cause="TIMER_ID_UNKNOWN")

    def request_cancel(self, id: str) -> None:
        if id in self.scheduled:
            self.record(e.ActivityTaskCancelRequested, activity_id=id)
        else:
            cause = "ACTIVITY_ID_UNKNOWN"
            self.record(e.RequestCancelActivityTaskFailed, activity_id=id, cause=cause)

    def complete(self, id: str, value: Any = None) -> None:
        """A worker runs the activity of that id and answers its result."""
        scheduled, started = self.start(id)
        self.add(
            e.ActivityTaskCompleted(
                scheduled_event_id=scheduled,
                started_event_id=started,
                result=forms.write_result(value),
            )
        )

    def fail(
        self,
        id: str,
        reason: str = "ValueError",
        message: str = "no",
        heartbeat: str | None = None,
    ) -> None:
        """A worker runs the activity of that id, and it fails."""
        scheduled, started = self.start(id)
        failure = forms.write_failure(reason, message, heartbeat=heartbeat)
        self.add(
            e.ActivityTaskFailed(
                scheduled_event_id=scheduled,
                started_event_id=started,
                reason=failure.reason,
                details=failure.details,
            )
        )

    def time_out(self, id: str, kind: str, details: str | None = None) -> None:
        """The activity of that id times out."""
        scheduled, started = self.start(id)
        self.add(
            e.ActivityTaskTimedOut(
                scheduled_event_id=scheduled,
                started_event_id=started,
                timeout_type=kind,
                details=details,
            )
        )

    def cancel(self, id: str) -> None:
        """A worker answers a request to cancel the activity of that id."""
        scheduled, started = self.start(id)
        self.add(e.ActivityTaskCanceled(scheduled_event_id=scheduled, started_event_id=started))

    def lose(self) -> None:
        """The decider's answer never arrives: its task times out."""
        self.add(
            e.DecisionTaskTimedOut(
                scheduled_event_id=self.started - 1,
                started_event_id=self.started,
                timeout_type="START_TO_CLOSE",
            )
        )

    def start(self, id: str) -> tuple[int, int]:
        """A worker gets the activity of that id."""
        scheduled = self.scheduled.pop(id)
        return scheduled, self.add(e.ActivityTaskStarted(scheduled_event_id=scheduled))

    def fire(self, id: str) -> None:
        """The timer of that id is due."""
        self.add(e.TimerFired(timer_id=id, started_event_id=self.scheduled.pop(id)))


def asked(verdict: Verdict) -> list[str]:
    """The ids of what a verdict asks for, closes by their kind."""
    return [
        getattr(decision, "activity_id", None)
        or getattr(decision, "timer_id", None)
        or decision.type
        for decision in verdict.decisions
    ]
