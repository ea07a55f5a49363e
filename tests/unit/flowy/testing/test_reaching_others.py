"""Children, Lambda functions, other executions and new runs in an environment's engine."""

from datetime import timedelta

import pytest
from flows import flow, seconds_since_start

from flowy import (
    LambdaProxy,
    TaskCanceled,
    TaskFailed,
    TaskNotScheduled,
    TaskTimedOut,
    Workflow,
    WorkflowProxy,
    activity,
    lambda_function,
    workflow,
)
from flowy.errors import ExecutionFailed, UnknownType
from flowy.proxies import ActivityProxy
from flowy.swf import events as e
from flowy.testing import Environment

ROLE = "arn:aws:iam::123456789012:role/lambda"


@activity("Double", 1, "work")
def double(number):
    return 2 * number


@lambda_function("thumb")
def thumb(payload):
    if payload == "bad":
        raise LookupError("no such picture")
    return {"made": payload}


@workflow("Child", 1, "children", tags=("small",))
class Child(Workflow):
    double = ActivityProxy(double)

    def run(self, number, runs=1):
        if runs > 1:
            self.restart(number + 1, runs - 1)
        if number < 0:
            raise ValueError("negative")
        return self.double(number).result()


@workflow("Sleeper", 1, "children", execution_start_to_close=3600)
class Sleeper(Workflow):
    def run(self, seconds):
        self.sleep(seconds).result()


@workflow("Listener", 1, "children")
class Listener(Workflow):
    def run(self):
        heard = [self.signal("go").result(), self.signal("go").result()]
        if heard[1] == "again":
            self.restart()
        return heard


@workflow("Parent", 1, "parents")
class Parent(Workflow):
    child = WorkflowProxy(Child)

    def run(self):
        children = [self.child(n) for n in range(3)]
        return self.child(sum(self.child(each).result() for each in children)).result()


def test_children_run_and_give_their_results_also_as_each_others_arguments(env):
    handle = env.start(Parent)

    assert handle.result() == 2 * (4 * 0 + 4 * 1 + 4 * 2)
    begun = [x.attributes for x in env.history(handle)]
    begun = [x for x in begun if isinstance(x, e.StartChildWorkflowExecutionInitiated)]
    assert len({x.workflow_id for x in begun}) == 7
    assert {x.tag_list for x in begun} == {("small",)}
    child = env.handle(begun[0].workflow_id)
    assert child.describe().tags == ("small",)
    assert env.run(Parent) == 24  # replayed cold


def test_a_child_that_continues_as_new_is_one_child_for_its_parent(env):
    def run(self):
        child = self.child(1, runs=3)
        return [child.result(), child.workflow_id]

    result, id_ = env.run(flow(run, child=WorkflowProxy(Child)))

    assert result == 6
    events = env.history(env.handle(id_))
    assert events[0].attributes.continued_execution_run_id


def test_how_children_end_otherwise(env):
    def run(self):
        errors = []
        for start in (lambda: self.child(-1), lambda: self.sleeper(7200), self.nobody):
            try:
                start().result()
            except (TaskFailed, TaskTimedOut, TaskNotScheduled) as error:
                errors.append(str(error))
        return errors

    proxies = {
        "child": WorkflowProxy(Child, retry=1, delay=60),
        "sleeper": WorkflowProxy(Sleeper),
        "nobody": WorkflowProxy("Nobody", 1),
    }
    failed, timed_out, unknown = env.run(flow(run, **proxies))

    assert "ValueError: negative" in failed
    assert "START_TO_CLOSE" in timed_out
    assert "WORKFLOW_TYPE_DOES_NOT_EXIST" in unknown
    assert seconds_since_start(env) == 60 + 3600


def test_a_description_tells_the_parent_and_what_is_open(env):
    def run(self):
        self.child(60)
        self.sleep(60).result()

    handle = env.start(flow(run, child=WorkflowProxy(Sleeper, workflow_id="below")))
    env.advance(5)
    assert handle.describe().open == {"children": 1, "timers": 1}
    assert handle.describe().parent is None
    assert env.handle("below").describe().parent == handle.execution
    assert env.handle("below").describe().open == {"timers": 1}


def test_a_workflow_id_that_is_taken_is_refused_late(env):
    def run(self):
        first = self.child(60)
        second = self.child(1)
        errors = []
        for each in (first, second):
            try:
                each.result()
            except TaskNotScheduled as error:
                errors.append(error.cause)
        return errors

    causes = env.run(flow(run, child=WorkflowProxy(Sleeper, workflow_id="only")))
    assert causes == ["WORKFLOW_ALREADY_RUNNING"]


def test_a_parent_cancels_its_child(env):
    def run(self):
        child = self.child(600)
        child.cancel()
        try:
            child.result()
        except TaskCanceled:
            return "canceled"

    assert env.run(flow(run, child=WorkflowProxy(Sleeper))) == "canceled"
    assert seconds_since_start(env) < 600


def test_a_cancelled_parent_takes_its_child_along(env):
    def run(self):
        self.child(3000).result()

    handle = env.start(flow(run, child=WorkflowProxy(Sleeper, workflow_id="below")))
    env.advance(10)
    handle.cancel()
    with pytest.raises(ExecutionFailed, match="CANCELED"):
        handle.result()
    assert env.handle("below").describe().status == "CANCELED"


def test_a_terminated_child_is_not_started_again(env):
    def run(self):
        try:
            self.child(3000).result()
        except TaskFailed as error:
            return error.remote_type

    handle = env.start(flow(run, child=WorkflowProxy(Sleeper, retry=3, workflow_id="below")))
    env.advance(10)
    env.terminate("below")
    assert handle.result() == "flowy.Terminated"


def test_a_parent_signals_its_child_and_others_that_it_did_not_start(env):
    def run(self):
        child = self.child()
        child.signal("go", 1).result()
        self.external(child.workflow_id).signal("go", {"two": 2}).result()
        with pytest.raises(TaskNotScheduled):
            self.external("nobody").signal("go").result()
        return child.result()

    assert env.run(flow(run, child=WorkflowProxy(Listener))) == [1, {"two": 2}]


def test_an_execution_cancels_another_one(env):
    def run(self):
        self.external("other").cancel().result()

    other = env.start(flow(lambda self: self.sleep(999).result(), "Other"), id="other")
    env.run(flow(run))
    with pytest.raises(ExecutionFailed, match="CANCELED"):
        other.result()


def test_unread_signals_go_along_into_the_next_run(env):
    handle = env.start(Listener, id="listens")
    for value in (1, "again", 3, 4):
        env.signal("listens", "go", value)
    assert handle.result() == [3, 4]


def test_a_restart_keeps_what_the_execution_was_started_with(env):
    def run(self, runs):
        if runs:
            self.sleep(timedelta(days=20)).result()
            self.restart(runs - 1)
        return list(self.tags)

    options = {"tags": ["a"], "priority": 3, "lambda_role": ROLE, "child_policy": "ABANDON"}
    handle = env.start(flow(run), 3, execution_start_to_close=timedelta(days=30), **options)

    assert handle.result() == ["a"]
    assert seconds_since_start(env) == 60 * 24 * 3600
    first, last = env.history(handle)[0].attributes, env.history(handle.id)[0].attributes
    assert last.continued_execution_run_id
    for name in ("execution_start_to_close_timeout", "task_start_to_close_timeout", "lambda_role",
                 "child_policy", "task_priority", "tag_list", "task_list"):  # fmt: skip
        assert getattr(last, name) == getattr(first, name)


def test_lambda_functions_run_in_the_environment():
    def run(self, payload):
        return self.thumb({"in": payload}).result()

    with Environment(lambdas=[thumb]) as env:
        calls = flow(run, thumb=LambdaProxy("thumb"))
        assert env.run(calls, "x", lambda_role=ROLE) == {"made": {"in": "x"}}
        with env.replace("thumb", lambda payload: payload["in"] * 2):
            assert env.run(calls, "x", lambda_role=ROLE) == "xx"
        with env.replace(thumb, lambda payload: "by its code"):
            assert env.run(calls, "x", lambda_role=ROLE) == "by its code"


def test_failures_and_time_outs_of_lambda_functions_reach_the_code():
    def run(self):
        errors = []
        for payload in ("bad", "slow"):
            try:
                self.thumb(payload).result()
            except (TaskFailed, TaskTimedOut) as error:
                errors.append(str(error))
        return errors

    with Environment(lambdas=[thumb]) as env:

        def slow(payload):
            if payload == "slow":
                env.advance(100)
            return thumb(payload)

        with env.replace("thumb", slow):
            told = env.run(
                flow(run, thumb=LambdaProxy("thumb", start_to_close=30)), lambda_role=ROLE
            )
    assert told[0] == "LookupError: no such picture"
    assert "START_TO_CLOSE" in told[1]


def test_a_function_that_nobody_has_fails_and_a_stand_in_for_nobody_is_a_slip(env):
    calls = flow(lambda self: self.f(1).result(), f=LambdaProxy("nobody"))
    with pytest.raises(ExecutionFailed, match="ResourceNotFoundException"):
        env.run(calls, lambda_role=ROLE)
    with pytest.raises(UnknownType, match="thumb"), env.replace("thumb", len):
        pass
    with env.replace("nobody", lambda payload: "here"):
        assert env.run(calls, lambda_role=ROLE) == "here"
