"""Line 40 of the behaviour document's list: what Amazon's suites asserted of the service."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from stage import CANCEL, COMPLETE, CONTINUE, FAIL, Execution, Stage, decision, timer

RECORDED = Path(__file__).parents[1] / "replay" / "live_test_sequences.json"
CASES = {case["name"]: case for case in json.loads(RECORDED.read_text())["cases"]}
Script = Callable[[Stage, Execution], None]


def asked_to_stop(activity_id: str = "a") -> dict[str, object]:
    return decision("RequestCancelActivityTask", activityId=activity_id)


def one_activity(stage: Stage, _run: Execution) -> None:
    stage.decide(stage.schedule())
    stage.do()
    stage.decide(COMPLETE)


def timer_then_activity(stage: Stage, run: Execution) -> None:
    stage.decide(timer(seconds="2"))
    stage.wait(2)
    one_activity(stage, run)


def complete_at_once(stage: Stage, _run: Execution) -> None:
    stage.decide(COMPLETE)


def continue_as_new(stage: Stage, run: Execution) -> None:
    stage.decide(CONTINUE)
    following = stage.open_run(run["workflowId"])
    stage.decide(COMPLETE)
    assert len(stage.types(following)) == 5


def cancel_unstarted_activity(stage: Stage, _run: Execution) -> None:
    stage.decide(stage.schedule(), timer(seconds="2"))
    stage.wait(2)
    stage.decide(asked_to_stop())
    stage.decide(CANCEL)


def cancel_started_activity(stage: Stage, _run: Execution) -> None:
    stage.decide(stage.schedule(), timer(seconds="2"))
    token = stage.take()
    stage.swf.record_activity_task_heartbeat(taskToken=token)
    stage.wait(2)
    stage.decide(asked_to_stop())
    stage.swf.respond_activity_task_canceled(taskToken=token)
    stage.decide(CANCEL)


def cancel_unknown_activity(stage: Stage, _run: Execution) -> None:
    stage.decide(stage.schedule(), timer(seconds="2"))
    stage.wait(2)
    stage.decide(asked_to_stop("wrong"))
    stage.decide(FAIL)


def close_with_cancel_requested_activity(stage: Stage, _run: Execution) -> None:
    stage.decide(stage.schedule(), timer(seconds="1"))
    stage.take()
    stage.wait(1)
    stage.decide(asked_to_stop(), CANCEL)


def cancel_external(stage: Stage, _run: Execution) -> None:
    stage.start("target", taskList={"name": "others"})
    stage.decide(decision("RequestCancelExternalWorkflowExecution", workflowId=stage.id("target")))
    stage.decide(COMPLETE)


def cancel_external_unknown(stage: Stage, _run: Execution) -> None:
    unknown = {"workflowId": "fake", "runId": "fake"}
    stage.decide(decision("RequestCancelExternalWorkflowExecution", **unknown))
    stage.decide(COMPLETE)


def child_timed_out(stage: Stage, _run: Execution) -> None:
    stage.decide(stage.child(executionStartToCloseTimeout="9"))
    stage.wait(9)
    stage.decide(COMPLETE)


def child_closes(close: dict[str, object]) -> Script:
    def script(stage: Stage, _run: Execution) -> None:
        stage.decide(stage.child())
        stage.decide()
        stage.decide(close, on="child")
        stage.decide(COMPLETE)

    return script


def signal_while_first_decision_waits(stage: Stage, run: Execution) -> None:
    stage.signal(run)
    stage.decide(timer(seconds="4"))
    stage.wait(4)
    stage.decide(COMPLETE)


def five_signals_while_first_decision_waits(stage: Stage, run: Execution) -> None:
    for _ in range(5):
        stage.signal(run)
    stage.decide(COMPLETE)


SCRIPTS: dict[str, Script] = {
    "one_activity": one_activity,
    "timer_then_activity": timer_then_activity,
    "complete_at_once": complete_at_once,
    "continue_as_new": continue_as_new,
    "cancel_unstarted_activity": cancel_unstarted_activity,
    "cancel_started_activity": cancel_started_activity,
    "cancel_unknown_activity": cancel_unknown_activity,
    "close_with_cancel_requested_activity": close_with_cancel_requested_activity,
    "cancel_external": cancel_external,
    "cancel_external_unknown": cancel_external_unknown,
    "child_timed_out": child_timed_out,
    "child_completes": child_closes(COMPLETE),
    "child_fails": child_closes(FAIL),
    "signal_while_first_decision_waits": signal_while_first_decision_waits,
    "five_signals_while_first_decision_waits": five_signals_while_first_decision_waits,
}


@pytest.mark.grade("T")
@pytest.mark.parametrize("name", CASES)
def test_40_the_sequence_of_the_live_service(stage: Stage, name: str) -> None:
    run = stage.start()
    SCRIPTS[name](stage, run)
    assert stage.types(run) == CASES[name]["sequence"]
