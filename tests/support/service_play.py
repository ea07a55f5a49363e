"""The engine's service in the test's own process, without sockets, with a clock in its hand."""

import json
from typing import Any

from flowy.engine.core.settings import Settings
from flowy.engine.polls import Presence
from flowy.engine.run_ids import RunIds
from flowy.engine.service import Service
from flowy.engine.store import Store
from flowy.swf.wire import block_name

DOMAIN = "d"
FLOW = {"name": "Flow", "version": "1"}
WORK = {"name": "Work", "version": "1"}
DECISIONS = {"domain": DOMAIN, "taskList": {"name": "decisions"}}
ACTIVITIES = {"domain": DOMAIN, "taskList": {"name": "work"}}
FLOW_DEFAULTS = {
    "defaultTaskList": {"name": "decisions"},
    "defaultTaskStartToCloseTimeout": "30",
    "defaultExecutionStartToCloseTimeout": "300",
    "defaultChildPolicy": "TERMINATE",
}
WORK_DEFAULTS = {
    "defaultTaskList": {"name": "work"},
    "defaultTaskHeartbeatTimeout": "NONE",
    "defaultTaskScheduleToCloseTimeout": "NONE",
    "defaultTaskScheduleToStartTimeout": "NONE",
    "defaultTaskStartToCloseTimeout": "NONE",
}


def decision(kind: str, **given: Any) -> dict[str, Any]:
    return {"decisionType": kind, block_name(kind, "DecisionAttributes"): given}


def schedule(activity_id: str = "a", **given: Any) -> dict[str, Any]:
    return decision("ScheduleActivityTask", activityId=activity_id, activityType=WORK, **given)


OPENED: list[Store] = []
"""Stores of plays; a fixture beside the tests closes them."""


def close_all() -> None:
    while OPENED:
        OPENED.pop().close()


class HandClock:
    """Moved by the test, in milliseconds."""

    def __init__(self) -> None:
        self.at = 1_700_000_000_000

    def now(self) -> int:
        return self.at


class Caller:
    """Keeps its answer; status 0 says that there is none yet."""

    def __init__(self) -> None:
        self.status = 0
        self.body: Any = None

    def presence(self) -> Presence:
        return "here"

    def answer(self, status: int, body: bytes) -> None:
        self.status = status
        self.body = json.loads(body) if body else None

    @property
    def fault(self) -> tuple[str, str]:
        """Name and message."""
        assert self.status == 400, self.body
        return self.body["__type"].partition("#")[2], self.body["message"]


class ServicePlay:
    """A service with one domain and one type of each kind."""

    def __init__(self, retention: str = "1", store: Store | None = None, **settings: Any) -> None:
        self.clock = HandClock()
        store, run_ids = store or Store(":memory:"), RunIds(b"play")
        self.logged: list[str] = []
        OPENED.append(store)
        self.service = Service(
            store, Settings(**settings), run_ids, self.logged.append, clock=self.clock
        )
        self.ok("RegisterDomain", name=DOMAIN, workflowExecutionRetentionPeriodInDays=retention)
        self.ok("RegisterWorkflowType", domain=DOMAIN, **FLOW, **FLOW_DEFAULTS)
        self.ok("RegisterActivityType", domain=DOMAIN, **WORK, **WORK_DEFAULTS)

    def call(self, operation: str, **request: Any) -> Caller:
        caller = Caller()
        self.service.call(operation, json.dumps(request).encode(), caller, "eu-west-1")
        self.service.flush()
        return caller

    def ok(self, operation: str, **request: Any) -> Any:
        caller = self.call(operation, **request)
        assert caller.status == 200, caller.body
        return caller.body

    def fault(self, operation: str, **request: Any) -> tuple[str, str]:
        return self.call(operation, **request).fault

    def wait(self, seconds: float) -> None:
        """Let time pass in one step, and what fell due happen."""
        self.clock.at += round(seconds * 1000)
        self.service.flush()

    def start(self, workflow_id: str = "w", **options: Any) -> dict[str, str]:
        asked = {"domain": DOMAIN, "workflowId": workflow_id, "workflowType": FLOW} | options
        run_id = self.ok("StartWorkflowExecution", **asked)["runId"]
        return {"workflowId": workflow_id, "runId": run_id}

    def decide(self, *decisions: Any, **options: Any) -> Any:
        """Poll, answer, and return the task."""
        task = self.ok("PollForDecisionTask", **DECISIONS)
        token = task["taskToken"]
        self.ok("RespondDecisionTaskCompleted", taskToken=token, decisions=decisions, **options)
        return task

    def history(self, execution: dict[str, str]) -> list[Any]:
        found: list[Any] = self.ok(
            "GetWorkflowExecutionHistory", domain=DOMAIN, execution=execution
        )["events"]
        return found

    def types(self, execution: dict[str, str]) -> list[str]:
        return [event["eventType"] for event in self.history(execution)]

    def describe(self, execution: dict[str, str]) -> Any:
        return self.ok("DescribeWorkflowExecution", domain=DOMAIN, execution=execution)
