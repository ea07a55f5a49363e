"""Workflows for the environment's tests: a run method is all that a test writes."""

from flowy import ActivityProxy, Workflow, activity, workflow
from flowy.testing.clock import START

DAY = 24 * 3600
YEAR = 365 * DAY


@activity("Resize", 1, "images")
def resize(path, width=128):
    return f"{path}@{width}"


def flow(run, name="Flow", **proxies):
    """A workflow class that may live for a year, with that run method."""
    body = {"run": run, "resize": ActivityProxy(resize), **proxies}
    decorate = workflow(name, 1, "decisions", execution_start_to_close=YEAR)
    return decorate(type(name, (Workflow,), body))


def seconds_since_start(env):
    return (env.now - START).total_seconds()
