"""The CPU of one decision of simpleflow at each of the given places; run in its own environment."""

import json
import logging
import os
import sys
import time

from peer_history import history

os.environ.update(AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b", AWS_DEFAULT_REGION="us-east-1")
logging.disable(logging.CRITICAL)

from simpleflow import Workflow, activity  # noqa: E402  # what precedes must run first
from simpleflow.swf.executor import Executor  # noqa: E402  # what precedes must run first
from simpleflow.swf.mapper.models.domain import Domain  # noqa: E402  # what precedes must run first
from simpleflow.swf.mapper.models.history.base import History  # noqa: E402  # what precedes must run first
from simpleflow.swf.mapper.responses import Response  # noqa: E402  # what precedes must run first


@activity.with_attributes(task_list="tl", version="1", idempotent=False)
def add(a, b):  # noqa: ANN001, ANN201  # as its own documentation writes activities
    return a + b


class Chain(Workflow):
    name, version, task_list = "W", "1", "tl"
    decision_tasks_timeout, execution_timeout = "60", "3600"

    def run(self, count):  # noqa: ANN001, ANN201  # the same
        total = 0
        for _ in range(count):
            total = self.submit(add, total, 1).result
        return total


def decide(done: int, first: str) -> tuple[float, list]:
    prefix = first.rpartition("-")[0]
    events = history(
        done,
        "unused",
        json.dumps({"args": [10**6]}),
        lambda number: json.dumps({"args": [max(number - 1, 0), 1], "kwargs": {}}),
    )
    for number, event in enumerate(
        (e for e in events if e["eventType"] == "ActivityTaskScheduled"), start=1
    ):
        attributes = event["activityTaskScheduledEventAttributes"]
        attributes["activityId"] = f"{prefix}-{number}"
        attributes["activityType"] = {"name": add.name, "version": add.version}
    executor = Executor(Domain("d"), Chain)
    began = time.process_time()
    decisions = executor.replay(
        Response(history=History.from_event_list(events), execution=None)
    ).decisions
    return time.process_time() - began, decisions


def asked(decisions: list) -> str:
    return decisions[0]["scheduleActivityTaskDecisionAttributes"]["activityId"]


first = asked(decide(0, "add-1")[1])
figures = {}
for place in map(int, sys.argv[1:]):
    seconds, decisions = min(decide(place, first) for _ in range(2 if place < 2_000 else 1))
    if not asked(decisions).endswith(f"-{place + 1}"):
        raise SystemExit(f"it did not go on at {place}: {decisions}")
    figures[place] = seconds * 1e6
sys.stdout.write(json.dumps(figures))
