"""A story with children, Lambda functions, other executions and new runs."""

from typing import Any

from msgspec.structs import replace
from story import LIST, Story

from flowy import forms
from flowy.swf import decisions as d
from flowy.swf import events as e
from flowy.swf.events import Event
from flowy.swf.values import ExecutionId

SIMPLE = ("workflow_id", "run_id", "signal_name", "input")


class FarStory(Story):
    """`settings` are attributes of WorkflowExecutionStarted."""

    def __init__(self, workflow: type, *args: Any, known: tuple[Any, ...] = (), **settings: Any):
        super().__init__(workflow, *args, known=known)
        first = self.events[0]
        self.events[0] = Event(1, first.at, replace(first.attributes, **settings))
        self.refusals: dict[str, str] = {}
        """Causes for which SWF refuses children and Lambda functions, by workflowId or id."""
        self.children: dict[str, d.StartChildWorkflowExecution] = {}

    def take(self, decision: d.Decision, completed: int) -> None:
        self.completed = completed
        match decision:
            case d.StartChildWorkflowExecution(workflow_id=id):
                self.children[id] = decision
                self.scheduled[id] = self.initiate(decision)
            case d.ScheduleLambdaFunction(id=id, name=name):
                self.scheduled[id] = self.schedule_lambda(decision)
            case d.SignalExternalWorkflowExecution(signal_name=name):
                self.scheduled[name] = self.sent(
                    e.SignalExternalWorkflowExecutionInitiated, decision
                )
            case d.RequestCancelExternalWorkflowExecution(workflow_id=id):
                self.scheduled[f"cancel {id}"] = self.sent(
                    e.RequestCancelExternalWorkflowExecutionInitiated, decision
                )
            case d.ContinueAsNewWorkflowExecution():
                self.record(
                    e.WorkflowExecutionContinuedAsNew,
                    child_policy="TERMINATE",
                    new_execution_run_id="run-2",
                    task_list=LIST,
                    workflow_type=self.type,
                    input=decision.input,
                )
            case _:
                super().take(decision, completed)

    def initiate(self, child: d.StartChildWorkflowExecution) -> int:
        named = {
            "workflow_id": child.workflow_id,
            "workflow_type": child.workflow_type,
            "control": child.control,
        }
        if cause := self.refusals.get(child.workflow_id):
            kind = e.StartChildWorkflowExecutionFailed
            return self.record(kind, cause=cause, initiated_event_id=0, **named)
        kind = e.StartChildWorkflowExecutionInitiated
        return self.record(
            kind, child_policy="TERMINATE", task_list=LIST, input=child.input, **named
        )

    def schedule_lambda(self, task: d.ScheduleLambdaFunction) -> int:
        if cause := self.refusals.get(task.id):
            kind = e.ScheduleLambdaFunctionFailed
            return self.record(kind, cause=cause, id=task.id, name=task.name)
        return self.record(e.LambdaFunctionScheduled, id=task.id, name=task.name, input=task.input)

    def sent(self, kind: Any, decision: d.Decision) -> int:
        known = {name: getattr(decision, name) for name in SIMPLE if hasattr(decision, name)}
        return self.record(kind, **known)

    # What becomes of them ------------------------------------------------------------------------

    def child(self, kind: str, id: str, **attributes: Any) -> None:
        """`ChildWorkflowExecution…`: the child of that workflowId goes on or ends."""
        run = ExecutionId(id, "child-run")
        given = {"workflow_execution": run, "workflow_type": self.children[id].workflow_type}
        if kind != "Started":
            given["started_event_id"] = 1
        self.add(
            e.EVENTS[f"ChildWorkflowExecution{kind}"](
                initiated_event_id=self.scheduled[id], **given, **attributes
            )
        )

    def child_completes(self, id: str, value: Any = None) -> None:
        self.child("Started", id)
        self.child("Completed", id, result=forms.write_result(value))

    def child_fails(self, id: str, reason: str = "ValueError", message: str = "no") -> None:
        self.child("Started", id)
        failure = forms.write_failure(reason, message)
        self.child("Failed", id, reason=failure.reason, details=failure.details)

    def child_is_running_already(self, id: str) -> None:
        """A late failure, which repeats the id of the decision that asked."""
        self.add(
            e.StartChildWorkflowExecutionFailed(
                cause="WORKFLOW_ALREADY_RUNNING",
                decision_task_completed_event_id=self.completed,
                initiated_event_id=self.scheduled[id],
                workflow_id=id,
                workflow_type=self.children[id].workflow_type,
            )
        )

    def function(self, kind: str, id: str, **attributes: Any) -> None:
        """`LambdaFunction…`: the function of that id ends."""
        scheduled = self.scheduled[id]
        started = self.add(e.LambdaFunctionStarted(scheduled_event_id=scheduled))
        self.add(
            e.EVENTS[f"LambdaFunction{kind}"](
                scheduled_event_id=scheduled, started_event_id=started, **attributes
            )
        )

    def lambda_does_not_start(self, id: str, cause: str, message: str) -> None:
        """SWF cannot call the function, in the role that the execution has."""
        scheduled = self.scheduled[id]
        failed = e.StartLambdaFunctionFailed(
            cause=cause, message=message, scheduled_event_id=scheduled
        )
        self.add(failed)

    def arrives(self, key: str) -> None:
        """The signal of that name, or the `cancel …`, has arrived."""
        kind = (
            e.ExternalWorkflowExecutionCancelRequested
            if key.startswith("cancel ")
            else e.ExternalWorkflowExecutionSignaled
        )
        run = ExecutionId("other", "run")
        self.add(kind(initiated_event_id=self.scheduled[key], workflow_execution=run))

    def bounces(self, key: str, cause: str = "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION") -> None:
        """It has not: nobody is there, or for another cause. A late failure, too."""
        kind = (
            e.RequestCancelExternalWorkflowExecutionFailed
            if key.startswith("cancel ")
            else e.SignalExternalWorkflowExecutionFailed
        )
        self.add(
            kind(
                cause=cause,
                decision_task_completed_event_id=self.completed,
                initiated_event_id=self.scheduled[key],
                workflow_id="other",
            )
        )


def kinds(verdict: Any) -> list[str]:
    """The decision types that a verdict asks for."""
    return [decision.type for decision in verdict.decisions]
