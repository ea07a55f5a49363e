"""A pool of kind "lambda" in a real daemon: it runs what a decider asks for, and is counted."""

import boto3
import pytest
from prometheus_client.parser import text_string_to_metric_families

from flowyd.config import read
from flowyd.control import client
from flowyd.supervisor.keys import engine_key

FUNCTION = """
from flowy import lambda_function

@lambda_function("add")
def add(payload):
    return sum(payload)
"""
POOL = '[pools.functions]\nkind = "lambda"\n'
FLOW = {"name": "Plain", "version": "1"}
LIST = {"name": "plain"}


def tasks(text: str) -> dict[tuple[str, ...], float]:
    """Pool, kind and outcome of the tasks that were counted."""
    return {
        (sample.labels["pool"], sample.labels["kind"], sample.labels["outcome"]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "flowyd_tasks_total"
    }


def decider_of(daemon):
    """A boto3 client of the daemon's engine, with the daemon's key."""
    config = read(daemon.directory / "flowyd.toml", {}).config
    key, secret = engine_key(config.state_dir)
    return boto3.client(
        "swf",
        endpoint_url=daemon.child("engine").address,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


def asked(swf, name: str, input: str) -> dict[str, str]:
    """Have a decider ask for a function; its execution."""
    swf.register_workflow_type(domain="tests", **FLOW)
    started = swf.start_workflow_execution(
        domain="tests",
        workflowId="w",
        workflowType=FLOW,
        taskList=LIST,
        executionStartToCloseTimeout="300",
        taskStartToCloseTimeout="30",
        childPolicy="TERMINATE",
        lambdaRole="any",
    )
    task = swf.poll_for_decision_task(domain="tests", taskList=LIST)
    kind = "ScheduleLambdaFunction"
    wanted = {"id": "1", "name": name, "input": input}
    decision = {"decisionType": kind, "scheduleLambdaFunctionDecisionAttributes": wanted}
    swf.respond_decision_task_completed(taskToken=task["taskToken"], decisions=[decision])
    return {"workflowId": "w", "runId": started["runId"]}


def result_of(swf, execution: dict[str, str]) -> str | None:
    """What the function returned, once it has."""
    found = swf.get_workflow_execution_history(domain="tests", execution=execution)
    block = "lambdaFunctionCompletedEventAttributes"
    return next((event[block]["result"] for event in found["events"] if block in event), None)


@pytest.mark.timeout(150)
def test_a_lambda_pool_runs_functions_is_shown_and_counted_and_stops(launch, sample_plugin):
    daemon = launch(processes=1, plugin=sample_plugin + FUNCTION, more=POOL)
    status = daemon.until_ready()
    assert status.faults == []
    assert (daemon.pool("functions").kind, daemon.pool("functions").ready) == ("lambda", 1)
    assert "lambda" in daemon.flowyd("status").stdout

    swf = decider_of(daemon)
    execution = asked(swf, "add", "[1, 2, 3]")
    daemon.eventually("the function ran", lambda: result_of(swf, execution) == "6")
    key = ("functions", "lambda", "completed")
    daemon.eventually("it is counted", lambda: tasks(client.metrics(daemon.run_dir)).get(key) == 1)

    assert daemon.flowyd("stop").returncode == 0
    assert daemon.wait() == 0
    assert daemon.left_behind() == []


def test_check_tells_of_functions_that_no_pool_here_runs(tmp_path, flowyd):
    (tmp_path / "p.py").write_text(FUNCTION)
    text = 'domain = "d"\n[plugins]\nenabled = []\nmodules = ["p"]\n[pools.x]\nkind = "{}"\n'

    (tmp_path / "flowyd.toml").write_text(text.format("lambda"))
    assert flowyd("check", "--strict").stdout == "all is well\n"
    (tmp_path / "flowyd.toml").write_text(text.format("activity"))
    strict = flowyd("check", "--strict")
    assert strict.returncode == 78
    assert "p.py:4" in strict.stderr

    aws = '[swf]\nbackend = "aws"\nregion = "eu-west-1"\n'
    (tmp_path / "flowyd.toml").write_text(text.format("activity") + aws)
    assert "add" not in flowyd("check").stderr
