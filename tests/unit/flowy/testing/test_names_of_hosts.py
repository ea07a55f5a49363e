"""`{hostname}` and `{instance}` in task lists: filled as they leave, unknown to replay."""

import pytest

from flowy import ActivityProxy, Workflow, WorkflowProxy, activity, workflow
from flowy.errors import OptionError, RegistrationError
from flowy.swf.events import (
    ActivityTaskScheduled,
    StartChildWorkflowExecutionInitiated,
    WorkflowExecutionContinuedAsNew,
    WorkflowExecutionStarted,
)
from flowy.testing import Environment, ExecutionParked


@activity("Fetch", 1, "{hostname}-files")
def fetch(name):
    return f"{name} fetched"


@workflow("Copied", 1, "{instance}-copies")
class Copied(Workflow):
    def run(self, name):
        return f"{name} copied"


@workflow("Scopes", 1, "{instance}-uploads")
class Scopes(Workflow):
    here = ActivityProxy(fetch)
    elsewhere = ActivityProxy(fetch, task_list="{instance}.files")
    copied = WorkflowProxy(Copied)

    def run(self, *, again=True):
        if again:
            with self.options(task_list="{hostname}.uploads"):
                self.restart(again=False)
        done = self.here("a"), self.elsewhere("b")
        with self.options(task_list="{hostname}+{instance}"):
            last = self.here("c")
        self.copied("d").result()
        return [*(each.result() for each in done), last.result()]


@pytest.fixture
def env():
    with Environment() as environment:
        yield environment


def lists(events, *kinds):
    return [event.attributes.task_list.name for event in events if type(event.attributes) in kinds]


def test_each_scope_may_name_the_host_and_the_instance(env):
    first = env.start(Scopes)
    assert first.result() == ["a fetched", "b fetched", "c fetched"]

    begun = env.history(first)
    kinds = (WorkflowExecutionStarted, WorkflowExecutionContinuedAsNew)
    assert lists(begun, *kinds) == ["testing-uploads", "localhost.uploads"]
    events = env.history(first.execution.workflow_id)
    called = lists(events, ActivityTaskScheduled, StartChildWorkflowExecutionInitiated)
    assert called == ["localhost-files", "testing.files", "localhost+testing", "testing-copies"]


def test_a_history_of_one_host_replays_at_another(env, monkeypatch):
    handle = env.start(Scopes, again=False)
    handle.result()
    env._crew._swf.names = {"hostname": "other", "instance": "other"}
    monkeypatch.setattr("socket.gethostname", lambda: "third")

    env._replay_finished()


def test_a_name_without_a_value_parks_the_execution_and_says_so(env):
    handle = env.start(Scopes, again=False)
    env._crew._swf.names = {"hostname": "box", "instance": ""}

    with pytest.raises(ExecutionParked, match=r"\{instance\}, but there is none"):
        handle.result()


def test_a_type_whose_list_cannot_be_named_is_not_registered(env):
    env._swf.names = {"hostname": "box", "instance": ""}

    with pytest.raises(RegistrationError, match=r"the workflow type Scopes/1.*holds \{instance\}"):
        env.start(Scopes)


def test_an_unknown_name_is_refused_where_it_is_written():
    with pytest.raises(OptionError, match=r"may hold \{hostname\} and \{instance\} only"):
        ActivityProxy("Fetch", 1, task_list="{host}-files")
    with pytest.raises(OptionError, match=r"may hold \{hostname\} and \{instance\} only"):
        workflow("Copied", 1, "{}")


def test_a_name_that_is_too_long_with_the_hosts_is_refused(env):
    env._swf.names = {"hostname": "h" * 64, "instance": "i"}
    handle = env.start(Copied, "a", task_list="x" * 180 + "{hostname}")
    assert handle.result() == "a copied"

    with pytest.raises(OptionError, match="256"):
        env.start(Copied, "a", task_list="x" * 200 + "{hostname}")
