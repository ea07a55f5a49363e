"""Workflows for the decider's tests: a run method is all that a test writes."""

import json

from flowy import Activity, ActivityProxy, Workflow, activity, workflow
from flowy.swf.decisions import CompleteWorkflowExecution, FailWorkflowExecution


@activity("Resize", 1, "images", retry=1, delay=7, start_to_close=90)
def resize(path, width=128): ...


@activity("Transcode", 2, "videos", heartbeat=30)
class Transcode(Activity):
    def run(self, source): ...


def make(run, *, name="Example", **proxies):
    """A workflow class with that run method."""
    body = {"run": run, "resize": ActivityProxy(resize), "transcode": ActivityProxy(Transcode)}
    return workflow(name, 1, "decisions")(type(name, (Workflow,), {**body, **proxies}))


def result_of(verdict):
    (close,) = verdict.decisions
    assert isinstance(close, CompleteWorkflowExecution), verdict
    return json.loads(close.result)


def failure_of(verdict):
    (close,) = verdict.decisions
    assert isinstance(close, FailWorkflowExecution), verdict
    return close.reason, json.loads(close.details)
