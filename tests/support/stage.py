"""One test's place on a service: its names, and the verbs of callers, deciders and workers."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from targets import NAME, Target

from flowy.swf.events import Event
from flowy.swf.wire import block_name, event_from_wire

FLOW_DEFAULTS = {
    "defaultTaskStartToCloseTimeout": "30",
    "defaultExecutionStartToCloseTimeout": "3000",
    "defaultChildPolicy": "TERMINATE",
}
WORK_DEFAULTS = {
    "defaultTaskStartToCloseTimeout": "NONE",
    "defaultTaskHeartbeatTimeout": "NONE",
    "defaultTaskScheduleToStartTimeout": "NONE",
    "defaultTaskScheduleToCloseTimeout": "NONE",
}
Execution = dict[str, str]


def attributes(event: dict[str, Any]) -> dict[str, Any]:
    """The attribute block of an event, as boto3 gives it."""
    block: dict[str, Any] = event.get(block_name(event["eventType"], "EventAttributes"), {})
    return block


def decision(kind: str, **given: Any) -> dict[str, Any]:
    return {"decisionType": kind, block_name(kind, "DecisionAttributes"): given}


COMPLETE = decision("CompleteWorkflowExecution")
FAIL = decision("FailWorkflowExecution")
CANCEL = decision("CancelWorkflowExecution")
CONTINUE = decision("ContinueAsNewWorkflowExecution")


def timer(timer_id: str = "t", seconds: str = "60") -> dict[str, Any]:
    return decision("StartTimer", timerId=timer_id, startToFireTimeout=seconds)


def fault(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    """The name and the message of the fault that a call is answered with."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error.get("Message", "")


class Stage:
    """A domain with one workflow type and one activity type, their defaults on two task lists.

    `runs` holds all (domain, workflowId, runId) that came to be, so that their histories can be
    read when the test is over.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self.swf = target.client()
        mark = uuid4().hex[:12]
        self.mark = mark
        self.flow = {"name": f"Flow-{mark}", "version": "1"}
        self.work = {"name": f"Work-{mark}", "version": "1"}
        self.decisions = f"decisions-{mark}"
        self.activities = f"work-{mark}"
        self.runs: list[tuple[str, str, str]] = []
        self._types: list[tuple[str, str, dict[str, str]]] = []
        self._asked: dict[str, Any] = {}
        events = self.swf.meta.events
        events.register("provide-client-params.swf.StartWorkflowExecution", self._note_request)
        events.register("after-call.swf.StartWorkflowExecution", self._note_run)
        self.domain = target.domain or self.new_domain()
        self.register_flow()
        self.register_work()

    def _note_request(self, params: dict[str, Any], **_: Any) -> None:
        self._asked = params

    def _note_run(self, parsed: dict[str, Any], **_: Any) -> None:
        if "runId" in parsed:
            asked = self._asked
            self.runs.append((asked["domain"], asked["workflowId"], parsed["runId"]))

    # -- names and types -------------------------------------------------------------------------

    def id(self, name: str) -> str:
        """A workflowId (or another name) that no other test has."""
        return f"{name}-{self.mark}"

    def new_domain(self, name: str = "d", retention: str = "1", **options: Any) -> str:
        if NAME == "aws":
            pytest.skip("domains cannot be deleted: none is made in a real account")
        self.swf.register_domain(
            name=self.id(name), workflowExecutionRetentionPeriodInDays=retention, **options
        )
        return self.id(name)

    def register_flow(self, domain: str | None = None, **changed: Any) -> dict[str, str]:
        """Register the workflow type, or another (`name`, `version`); None leaves a default out."""
        defaults = FLOW_DEFAULTS | {"defaultTaskList": {"name": self.decisions}}
        given = {"domain": domain or self.domain} | self.flow | defaults | changed
        self.swf.register_workflow_type(**{k: v for k, v in given.items() if v is not None})
        return self._note_type("workflow", given)

    def register_work(self, domain: str | None = None, **changed: Any) -> dict[str, str]:
        defaults = WORK_DEFAULTS | {"defaultTaskList": {"name": self.activities}}
        given = {"domain": domain or self.domain} | self.work | defaults | changed
        self.swf.register_activity_type(**{k: v for k, v in given.items() if v is not None})
        return self._note_type("activity", given)

    def _note_type(self, kind: str, given: dict[str, Any]) -> dict[str, str]:
        named = {"name": given["name"], "version": given["version"]}
        self._types.append((kind, given["domain"], named))
        return named

    def bare_flow(self, version: str = "bare", **given: Any) -> dict[str, str]:
        """Register a version of the workflow type with just the defaults that are given."""
        none = dict.fromkeys([*FLOW_DEFAULTS, "defaultTaskList"])
        return self.register_flow(version=version, **(none | given))

    def bare_work(self, version: str = "bare", **given: Any) -> dict[str, str]:
        none = dict.fromkeys([*WORK_DEFAULTS, "defaultTaskList"])
        return self.register_work(version=version, **(none | given))

    # -- callers ---------------------------------------------------------------------------------

    def start(self, name: str = "w", **options: Any) -> Execution:
        """Start an execution; returns it as `execution` members take it."""
        given = {"domain": self.domain, "workflowId": self.id(name), "workflowType": self.flow}
        answer = self.swf.start_workflow_execution(**(given | options))
        return {"workflowId": (given | options)["workflowId"], "runId": answer["runId"]}

    def signal(self, run: Execution, name: str = "s", **options: Any) -> None:
        self.swf.signal_workflow_execution(
            domain=self.domain, workflowId=run["workflowId"], signalName=name, **options
        )

    def cancel(self, run: Execution) -> None:
        self.swf.request_cancel_workflow_execution(domain=self.domain, workflowId=run["workflowId"])

    def terminate(self, run: Execution, **options: Any) -> None:
        self.swf.terminate_workflow_execution(
            domain=self.domain, workflowId=run["workflowId"], **options
        )

    def describe(self, run: Execution) -> dict[str, Any]:
        found: dict[str, Any] = self.swf.describe_workflow_execution(
            domain=self.domain, execution=run
        )
        return found

    def status(self, run: Execution) -> str:
        """OPEN, or how it closed."""
        info = self.describe(run)["executionInfo"]
        return str(info.get("closeStatus", info["executionStatus"]))

    def open_run(self, workflow_id: str) -> Execution:
        """The open run of a workflowId: a child, or one that continued."""
        found = self.swf.list_open_workflow_executions(
            domain=self.domain,
            startTimeFilter={"oldestDate": 0},
            executionFilter={"workflowId": workflow_id},
        )["executionInfos"]
        assert len(found) == 1, found
        execution: Execution = found[0]["execution"]
        return execution

    def leave(self) -> None:
        """Tidy a domain up that others use: end what runs, delete the types."""
        for domain, workflow_id, _ in self.runs:
            with suppress(ClientError):
                self.swf.terminate_workflow_execution(domain=domain, workflowId=workflow_id)
        for kind, domain, named in self._types:
            for verb in ("deprecate", "delete"):
                with suppress(ClientError):
                    call = getattr(self.swf, f"{verb}_{kind}_type")
                    call(domain=domain, **{f"{kind}Type": named})

    # -- histories -------------------------------------------------------------------------------

    def history(self, run: Execution) -> list[dict[str, Any]]:
        return self.events(self.domain, run["workflowId"], run["runId"])

    def events(self, domain: str, workflow_id: str, run_id: str) -> list[dict[str, Any]]:
        execution = {"workflowId": workflow_id, "runId": run_id}
        pages = self.swf.get_paginator("get_workflow_execution_history").paginate(
            domain=domain, execution=execution
        )
        return [event for page in pages for event in page["events"]]

    def types(self, run: Execution) -> list[str]:
        return [event["eventType"] for event in self.history(run)]

    def find(self, run: Execution, event_type: str) -> list[dict[str, Any]]:
        """The attributes of all events of a type, each with its `eventId`."""
        return [
            attributes(event) | {"eventId": event["eventId"]}
            for event in self.history(run)
            if event["eventType"] == event_type
        ]

    def only(self, run: Execution, event_type: str) -> dict[str, Any]:
        found = self.find(run, event_type)
        assert len(found) == 1, (event_type, self.types(run))
        return found[0]

    def every_history(self) -> list[list[Event]]:
        """The histories of all executions that this stage saw, with children and later runs."""
        found, seen, left = [], set(), list(self.runs)
        while left:
            key = left.pop()
            if key in seen:
                continue
            seen.add(key)
            try:
                events = self.events(*key)
            except self.swf.exceptions.UnknownResourceFault:
                continue  # retention took it away
            left += _relatives(key, events)
            found.append([event_from_wire(_plain(event)) for event in events])
        return found

    # -- deciders --------------------------------------------------------------------------------

    def poll(self, task_list: str | None = None, **options: Any) -> dict[str, Any]:
        task: dict[str, Any] = self.swf.poll_for_decision_task(
            domain=self.domain, taskList={"name": task_list or self.decisions}, **options
        )
        return task

    def respond(self, task: dict[str, Any], *decisions: dict[str, Any], **answer: Any) -> None:
        self.swf.respond_decision_task_completed(
            taskToken=task["taskToken"], decisions=list(decisions), **answer
        )

    def decide(self, *decisions: dict[str, Any], on: str | None = None, **answer: Any) -> Any:
        """Poll for a decision task and answer it; returns the task."""
        task = self.poll(on)
        assert "taskToken" in task, "no decision task waits"
        self.respond(task, *decisions, **answer)
        return task

    def waits(self, task_list: str | None = None) -> int:
        """How many decision tasks wait on a list."""
        found = self.swf.count_pending_decision_tasks(
            domain=self.domain, taskList={"name": task_list or self.decisions}
        )
        return int(found["count"])

    # -- workers ---------------------------------------------------------------------------------

    def schedule(self, activity_id: str = "a", **options: Any) -> dict[str, Any]:
        given = {"activityId": activity_id, "activityType": self.work} | options
        return decision("ScheduleActivityTask", **given)

    def poll_activity(self, task_list: str | None = None, **options: Any) -> dict[str, Any]:
        task: dict[str, Any] = self.swf.poll_for_activity_task(
            domain=self.domain, taskList={"name": task_list or self.activities}, **options
        )
        return task

    def take(self, task_list: str | None = None) -> str:
        """Start the next activity; returns its token."""
        task = self.poll_activity(task_list)
        assert "taskToken" in task, "no activity waits"
        return str(task["taskToken"])

    def do(self, **result: Any) -> None:
        """Do the next activity."""
        self.swf.respond_activity_task_completed(taskToken=self.take(), **result)

    def wait(self, seconds: float) -> None:
        self.target.wait(seconds)

    # -- families --------------------------------------------------------------------------------

    def child(self, name: str = "child", **options: Any) -> dict[str, Any]:
        """Start a child whose decision tasks have a list of their own: its name."""
        given = {
            "workflowId": self.id(name),
            "workflowType": self.flow,
            "taskList": {"name": name},
        }
        return decision("StartChildWorkflowExecution", **(given | options))


def _relatives(
    key: tuple[str, str, str], events: list[dict[str, Any]]
) -> list[tuple[str, str, str]]:
    """The children and the next run that a history tells of."""
    found = []
    for event in events:
        block = attributes(event)
        if event["eventType"] == "ChildWorkflowExecutionStarted":
            child = block["workflowExecution"]
            found.append((key[0], child["workflowId"], child["runId"]))
        elif event["eventType"] == "WorkflowExecutionContinuedAsNew":
            found.append((key[0], key[1], block["newExecutionRunId"]))
    return found


def _plain(event: dict[str, Any]) -> dict[str, Any]:
    return event | {"eventTimestamp": event["eventTimestamp"].timestamp()}
