"""The CPU of one decision of flowy 0.4.1, our ancestor; run in its own environment.

It was written for Pythons whose `collections` held the abstract classes: they are put back.
"""

import collections
import collections.abc
import json
import sys
import time

for name in collections.abc.__all__:
    setattr(collections, name, getattr(collections.abc, name))

from peer_history import history  # noqa: E402  # what precedes must run first

from flowy import SWFWorkflowConfig, SWFWorkflowWorker, wait  # noqa: E402  # what precedes must run first
from flowy.swf.decision import SWFWorkflowDecision  # noqa: E402  # what precedes must run first
from flowy.swf.history import SWFExecutionHistory  # noqa: E402  # what precedes must run first
from flowy.swf.worker import load_events  # noqa: E402  # what precedes must run first


class Chain:
    def __init__(self, add):  # noqa: ANN001, ANN204  # as its own documentation writes workflows
        self.add = add

    def __call__(self, count):  # noqa: ANN001, ANN204  # the same
        total = 0
        for _ in range(count):
            total = self.add(total, 1)
            wait(total)
        return total


class Taken:
    """Takes the decisions in SWF's place."""

    def respond_decision_task_completed(self, _token, decisions=None, **_):  # noqa: ANN001, ANN003, ANN201  # its interface
        self.decisions = decisions


config = SWFWorkflowConfig()
config.conf_activity("add", version=1, name="add")
worker = SWFWorkflowWorker()
worker.register(config, Chain, version="1", name="W")
figures = {}
for place in map(int, sys.argv[1:]):
    events = history(place, "add-{}-0", "[[1000000],{}]", lambda n: f"[[{n}, 1], {{}}]")
    began = time.process_time()
    stream = iter(events)
    next(stream)
    taken = Taken()
    decision = SWFWorkflowDecision(taken, "tok", "W", "1", "tl", "60", "3600", None, "TERMINATE")
    worker("W", "1", "[[1000000],{}]", decision, SWFExecutionHistory(*load_events(stream)))
    figures[place] = (time.process_time() - began) * 1e6
    asked = taken.decisions[0]["scheduleActivityTaskDecisionAttributes"]["activityId"]
    if asked != f"add-{place}-0":
        raise SystemExit(f"it did not go on at {place}: {asked}")
sys.stdout.write(json.dumps(figures))
