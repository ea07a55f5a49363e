"""A history that grows by what a decider answers: SWF's part, as far as it is needed."""

from typing import Any

from flowy import forms
from flowy.swf import decisions as d
from flowy.swf import events as e
from flowy.swf.events import Attributes, Event
from flowy.swf.values import ExecutionId, TaskList, TypeId

LIST = TaskList("decisions")
RUN = ExecutionId("workflow-1", "run-1")


class Told:
    """One execution's history; the last event is always a DecisionTaskStarted."""

    def __init__(self, name: str, *args: Any) -> None:
        self.type = TypeId(name, "1")
        self.events: list[Event] = []
        self._open: list[int] = []
        started = e.WorkflowExecutionStarted(
            child_policy="TERMINATE",
            task_list=LIST,
            workflow_type=self.type,
            parent_initiated_event_id=0,
            input=forms.write_input(forms.write_arguments(args, {})),
        )
        self._add(started)
        self._poll()

    def window(self, last: int) -> list[Event]:
        """The events from that of the turn that ran last: what a sticky poll fetches."""
        return self.events[max(last - 1, 0) :]

    def take(self, decisions: tuple[d.Decision, ...]) -> None:
        """SWF takes an answer."""
        started = len(self.events)
        completed = self._add(
            e.DecisionTaskCompleted(
                scheduled_event_id=started - 1,
                started_event_id=started,
                execution_context='{"flowy":{"core":1}}',
            )
        )
        for task in decisions:
            if isinstance(task, d.ScheduleActivityTask):
                scheduled = e.ActivityTaskScheduled(
                    activity_id=task.activity_id,
                    activity_type=task.activity_type,
                    task_list=task.task_list or LIST,
                    input=task.input,
                    decision_task_completed_event_id=completed,
                )
                self._open.append(self._add(scheduled))

    def complete_one(self) -> None:
        """A worker completes the oldest open activity; a decision task follows."""
        self._complete()
        self._poll()

    def complete_all(self) -> None:
        """Workers complete all that is open."""
        while self._open:
            self._complete()
        self._poll()

    def _complete(self) -> None:
        scheduled = self._open.pop(0)
        started = self._add(e.ActivityTaskStarted(scheduled_event_id=scheduled))
        ended = e.ActivityTaskCompleted(
            scheduled_event_id=scheduled, started_event_id=started, result="42"
        )
        self._add(ended)

    def _poll(self) -> None:
        scheduled = self._add(e.DecisionTaskScheduled(task_list=LIST))
        self._add(e.DecisionTaskStarted(scheduled_event_id=scheduled))

    def _add(self, attributes: Attributes) -> int:
        number = len(self.events) + 1
        self.events.append(Event(number, 1_000_000 + number, attributes))
        return number
