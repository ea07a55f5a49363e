"""`env.client()`: an unmodified boto3 client sees and changes the same state."""

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from flowy import ActivityProxy, Workflow, activity, workflow
from flowy.testing import Environment


@activity("Resize", 1, "images")
def resize(path):
    return path


@workflow("Flow", 1, "decisions")
class Flow(Workflow):
    resize = ActivityProxy(resize)

    def run(self, path):
        self.sleep(60).result()
        return self.resize(path).result()


@pytest.fixture
def env():
    with Environment(workflows=[Flow]) as made:
        yield made


def test_boto3_sees_an_execution_and_its_virtual_times(env):
    handle = env.start(Flow, "p", id="w")
    env.advance(10)
    swf = env.client()
    listed = swf.list_open_workflow_executions(domain=env.domain, startTimeFilter={"oldestDate": 0})
    assert [e["execution"]["workflowId"] for e in listed["executionInfos"]] == ["w"]
    handle.result()
    execution = {"workflowId": "w", "runId": handle.run_id}
    told = swf.describe_workflow_execution(domain=env.domain, execution=execution)
    assert told["executionInfo"]["closeStatus"] == "COMPLETED"
    lived = told["executionInfo"]["closeTimestamp"] - told["executionInfo"]["startTimestamp"]
    assert lived.total_seconds() == 60


def test_boto3_plays_every_part(env):
    swf = env.client()
    swf.register_workflow_type(
        domain=env.domain,
        name="Raw",
        version="1",
        defaultTaskList={"name": "raw"},
        defaultChildPolicy="TERMINATE",
        defaultTaskStartToCloseTimeout="30",
        defaultExecutionStartToCloseTimeout="300",
    )
    flow = {"name": "Raw", "version": "1"}
    swf.start_workflow_execution(domain=env.domain, workflowId="raw", workflowType=flow)
    task = swf.poll_for_decision_task(domain=env.domain, taskList={"name": "raw"})
    close = {
        "decisionType": "CompleteWorkflowExecution",
        "completeWorkflowExecutionDecisionAttributes": {"result": "7"},
    }
    swf.respond_decision_task_completed(taskToken=task["taskToken"], decisions=[close])
    assert env.handle("raw").result() == 7


def test_a_list_that_is_left_to_boto3_is_served_by_nobody_else(env):
    env.leave("images")
    handle = env.start(Flow, "p")
    env.advance(3000)
    swf = env.client()
    task = swf.poll_for_activity_task(domain=env.domain, taskList={"name": "images"})
    assert task["activityType"] == {"name": "Resize", "version": "1"}
    swf.respond_activity_task_completed(taskToken=task["taskToken"], result='"by hand"')
    assert handle.result() == "by hand"


def test_an_execution_that_boto3_starts_is_worked_on(env):
    env.advance(0)
    env.start(Flow, "first").result()
    swf = env.client()
    started = swf.start_workflow_execution(
        domain=env.domain,
        workflowId="by-boto3",
        workflowType={"name": "Flow", "version": "1"},
        input='["p"]',
    )
    assert env.handle("by-boto3", started["runId"]).result() == "p"


def test_an_empty_poll_answers_at_once_and_faults_are_boto3s(env):
    swf = env.client()
    empty = swf.poll_for_activity_task(domain=env.domain, taskList={"name": "none"})
    assert "taskToken" not in empty
    with pytest.raises(ClientError) as refused:
        swf.describe_domain(name="nowhere")
    assert refused.value.response["Error"]["Code"] == "UnknownResourceFault"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    with pytest.raises(ParamValidationError):
        swf.describe_domain()
