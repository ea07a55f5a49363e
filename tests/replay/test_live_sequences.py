"""Sequences that Amazon's own test suites asserted against the live service."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from world_play import DOMAIN, FLOW, Play, schedule

from flowy.engine.core import commands
from flowy.engine.core.execution import Execution
from flowy.swf import decisions as d
from flowy.swf import events as e

RECORDED = Path(__file__).parent / "live_test_sequences.json"
CASES = {case["name"]: case for case in json.loads(RECORDED.read_text())["cases"]}
DONE = d.CompleteWorkflowExecution()
CHILD = d.StartChildWorkflowExecution("child", FLOW, execution_start_to_close_timeout="9")


def decide_for(play: Play, workflow_id: str, *decisions: d.Decision) -> None:
    """Answer the decision task of one workflow; others' tasks stay on the list's end."""
    seen = 0
    while (run := play.poll_decision()) is not None:
        seen += 1
        if run.id.workflow_id == workflow_id:
            play.answer(run, decisions)
            return
        # Its decider is slow: the task runs on.
        assert seen < 9
    raise AssertionError(f"no decision task for {workflow_id}")


def one_activity(play: Play, _run: Execution) -> None:
    play.decide(schedule("a"))
    play.work()
    play.decide(DONE)


def timer_then_activity(play: Play, run: Execution) -> None:
    play.decide(d.StartTimer("2", "t"))
    play.wait(2_000)
    one_activity(play, run)


def complete_at_once(play: Play, _run: Execution) -> None:
    play.decide(DONE)


def continue_as_new(play: Play, _run: Execution) -> None:
    play.decide(d.ContinueAsNewWorkflowExecution())
    following = play.world.find(DOMAIN, "w")
    assert following is not None
    play.decide(DONE)
    assert len(play.types(following)) == 5


def cancel_unstarted_activity(play: Play, _run: Execution) -> None:
    play.decide(schedule("a"), d.StartTimer("2", "t"))
    play.wait(2_000)
    play.decide(d.RequestCancelActivityTask("a"))
    play.decide(d.CancelWorkflowExecution())


def cancel_started_activity(play: Play, run: Execution) -> None:
    play.decide(schedule("a"), d.StartTimer("2", "t"))
    task = play.poll_activity()
    assert task is not None
    play.wait(2_000)
    play.decide(d.RequestCancelActivityTask("a"))
    ids = (task[1].scheduled_id, task[1].started_id)
    commands.report(play.world, run, e.ActivityTaskCanceled(*ids), play.now)
    play.decide(d.CancelWorkflowExecution())


def cancel_unknown_activity(play: Play, _run: Execution) -> None:
    play.decide(schedule("a"), d.StartTimer("2", "t"))
    play.wait(2_000)
    play.decide(d.RequestCancelActivityTask("wrong"))
    play.decide(d.FailWorkflowExecution())


def close_with_cancel_requested_activity(play: Play, _run: Execution) -> None:
    play.decide(schedule("a"), d.StartTimer("1", "t"))
    play.poll_activity()
    play.wait(1_000)
    play.decide(d.RequestCancelActivityTask("a"), d.CancelWorkflowExecution())


def cancel_external(play: Play, _run: Execution) -> None:
    play.decide(d.RequestCancelExternalWorkflowExecution("target"))
    decide_for(play, "w", DONE)


def cancel_external_unknown(play: Play, _run: Execution) -> None:
    play.decide(d.RequestCancelExternalWorkflowExecution("fake", run_id="fake"))
    play.decide(DONE)


def child_timed_out(play: Play, _run: Execution) -> None:
    play.decide(CHILD)
    play.wait(9_000)
    play.decide(DONE)


def child_closes(close: d.Decision) -> Callable[[Play, Execution], None]:
    def script(play: Play, run: Execution) -> None:
        play.decide(CHILD)
        child, parent = play.poll_decision(), play.poll_decision()
        assert child is not None
        assert parent is run
        play.answer(parent)
        play.answer(child, [close])
        play.decide(DONE)

    return script


def signal_while_first_decision_waits(play: Play, run: Execution) -> None:
    play.signal(run)
    play.decide(d.StartTimer("4", "t"))
    play.wait(4_000)
    play.decide(DONE)


def five_signals_while_first_decision_waits(play: Play, run: Execution) -> None:
    for _ in range(5):
        play.signal(run)
    play.decide(DONE)


SCRIPTS: dict[str, Callable[[Play, Execution], None]] = {
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
    "child_completes": child_closes(d.CompleteWorkflowExecution("r")),
    "child_fails": child_closes(d.FailWorkflowExecution("r")),
    "signal_while_first_decision_waits": signal_while_first_decision_waits,
    "five_signals_while_first_decision_waits": five_signals_while_first_decision_waits,
}


def test_every_case_has_its_script() -> None:
    assert set(SCRIPTS) == set(CASES)


@pytest.mark.parametrize("name", SCRIPTS)
def test_engine_writes_the_sequence_of_the_live_service(name: str) -> None:
    play = Play()
    run = play.start("w")
    if name == "cancel_external":
        play.start("target")
    SCRIPTS[name](play, run)
    assert play.types(run) == CASES[name]["sequence"]
