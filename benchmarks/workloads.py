"""The workloads: what a decider and a worker do, each in a process of its own.

They speak through anything that has `call(operation, **request)`.
"""

import json
import multiprocessing
import time
from collections.abc import Callable
from typing import Any, Protocol

from servers import DOMAIN

FLOW = {"name": "Flow", "version": "1"}
DECISIONS = {"domain": DOMAIN, "taskList": {"name": "decisions"}, "identity": "decider"}
WORK = {"domain": DOMAIN, "taskList": {"name": "work"}, "identity": "worker"}
COMPLETE = {
    "decisionType": "CompleteWorkflowExecution",
    "completeWorkflowExecutionDecisionAttributes": {"result": "3"},
}


class Caller(Protocol):
    def call(self, operation: str, **request: Any) -> Any: ...


Connect = Callable[[], Caller]
Part = Callable[..., None]


def schedule(activity_id: str) -> dict[str, Any]:
    return {
        "decisionType": "ScheduleActivityTask",
        "scheduleActivityTaskDecisionAttributes": {
            "activityType": {"name": "Add", "version": "1"},
            "activityId": activity_id,
            "input": "[1, 2]",
            "taskList": {"name": "work"},
            "scheduleToCloseTimeout": "600",
            "scheduleToStartTimeout": "600",
            "startToCloseTimeout": "600",
            "heartbeatTimeout": "NONE",
        },
    }


def start(client: Caller, workflow_id: str) -> None:
    client.call("StartWorkflowExecution", domain=DOMAIN, workflowId=workflow_id, workflowType=FLOW)


def take(client: Caller, operation: str, poll: dict[str, Any]) -> Any:
    """Poll until there is a task: moto answers at once when there is none."""
    while "taskToken" not in (task := client.call(operation, **poll)):
        pass
    return task


def respond(client: Caller, task: Any, *decisions: dict[str, Any]) -> None:
    client.call(
        "RespondDecisionTaskCompleted", taskToken=task["taskToken"], decisions=list(decisions)
    )


def starts(connect: Connect, prefix: str, count: int) -> None:
    """Start executions, one after the other."""
    client = connect()
    for number in range(count):
        start(client, f"{prefix}-{number}")


def works(connect: Connect, count: int) -> None:
    """Do activities, without waiting in between."""
    client = connect()
    for _ in range(count):
        task = take(client, "PollForActivityTask", WORK)
        result = json.dumps(sum(json.loads(task["input"])))
        client.call("RespondActivityTaskCompleted", taskToken=task["taskToken"], result=result)


def decides(connect: Connect, count: int) -> None:
    """Decide one-activity workflows until `count` decision tasks have been answered."""
    client = connect()
    for _ in range(count):
        task = take(client, "PollForDecisionTask", DECISIONS)
        kinds = {event["eventType"] for event in task["events"]}
        if "ActivityTaskCompleted" in kinds:
            respond(client, task, COMPLETE)
        elif "ActivityTaskScheduled" in kinds:
            respond(client, task)
        else:
            respond(client, task, schedule("a"))


def fans_out(connect: Connect, workflows: int, width: int) -> None:
    """Decide workflows of `width` parallel activities, seeing new events only."""
    client = connect()
    done: dict[str, int] = {}
    left = workflows
    while left:
        poll = DECISIONS | {"startAtPreviousStartedEvent": True}
        task = take(client, "PollForDecisionTask", poll)
        run = task["workflowExecution"]["runId"]
        if run not in done:
            done[run] = 0
            respond(client, task, *(schedule(str(number)) for number in range(width)))
            continue
        done[run] += sum(e["eventType"] == "ActivityTaskCompleted" for e in _events(client, task))
        if done[run] == width:
            left -= 1
            respond(client, task, COMPLETE)
        else:
            respond(client, task)


def _events(client: Caller, task: Any) -> list[Any]:
    events = list(task["events"])
    while token := task.get("nextPageToken"):
        poll = DECISIONS | {"startAtPreviousStartedEvent": True, "nextPageToken": token}
        task = client.call("PollForDecisionTask", **poll)
        events += task["events"]
    return events


def together(parts: list[tuple[Part, tuple[Any, ...]]]) -> float:
    """Run each part in a process; returns the seconds until the last one has ended.

    Raises:
        RuntimeError: if one of them failed.
    """
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=part, args=arguments) for part, arguments in parts]
    began = time.perf_counter()
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    seconds = time.perf_counter() - began
    if any(process.exitcode for process in processes):
        raise RuntimeError("a part of the workload failed")
    return seconds
