from datetime import timedelta

from flowy.options import ACTIVITY_DEFAULTS, WORKFLOW_DEFAULTS, Options, WorkflowOptions
from flowy.swf.parameters import activity_defaults, start_options, workflow_defaults


def test_what_nobody_said_is_left_out():
    assert activity_defaults(Options()) == {}
    assert workflow_defaults(WorkflowOptions()) == {}
    assert start_options(WorkflowOptions()) == {}


def test_an_activity_registers_its_four_time_outs_and_its_list():
    options = Options(task_list="l", heartbeat=None, start_to_close=0.5, priority=-3)
    assert activity_defaults(options.over(ACTIVITY_DEFAULTS)) == {
        "defaultTaskList": {"name": "l"},
        "defaultTaskScheduleToStartTimeout": "NONE",
        "defaultTaskStartToCloseTimeout": "1",
        "defaultTaskScheduleToCloseTimeout": "NONE",
        "defaultTaskHeartbeatTimeout": "NONE",
        "defaultTaskPriority": "-3",
    }


def test_a_workflow_registers_what_swf_demands():
    options = WorkflowOptions(task_list="l", lambda_role="arn:role").over(WORKFLOW_DEFAULTS)
    assert workflow_defaults(options) == {
        "defaultTaskList": {"name": "l"},
        "defaultExecutionStartToCloseTimeout": "604800",
        "defaultTaskStartToCloseTimeout": "30",
        "defaultChildPolicy": "TERMINATE",
        "defaultLambdaRole": "arn:role",
    }


def test_a_start_gives_what_was_said():
    options = WorkflowOptions(
        task_list="l",
        execution_start_to_close=timedelta(minutes=2),
        task_start_to_close=None,
        child_policy="ABANDON",
        priority=0,
        tags=("a",),
    )
    assert start_options(options) == {
        "taskList": {"name": "l"},
        "executionStartToCloseTimeout": "120",
        "taskStartToCloseTimeout": "NONE",
        "childPolicy": "ABANDON",
        "taskPriority": "0",
        "tagList": ["a"],
    }
