"""Executions that reach others: children, signals, cancel requests, continued runs."""

from typing import Any

import pytest
from world_play import DOMAIN, FLOW, FLOW_DEFAULTS, LIST, Play

from flowy.engine.core.decide.settings import Given
from flowy.engine.core.execution import Execution
from flowy.engine.core.registry import WORKFLOW
from flowy.swf import decisions as d
from flowy.swf import events as e
from flowy.swf.values import TypeId


def child(workflow_id: str = "child", **options: Any) -> d.StartChildWorkflowExecution:
    return d.StartChildWorkflowExecution(workflow_id, FLOW, **options)


def with_child(play: Play, policy: str = "TERMINATE") -> tuple[Execution, Execution]:
    parent = play.start("parent", Given(child_policy=policy))
    play.decide(child())
    started = play.world.find(DOMAIN, "child")
    assert started is not None
    return parent, started


def test_child_starts_in_its_own_transaction_and_the_parent_hears_of_it() -> None:
    play = Play()
    parent, started = with_child(play)
    assert play.types(parent)[-3:] == [
        "StartChildWorkflowExecutionInitiated",
        "ChildWorkflowExecutionStarted",
        "DecisionTaskScheduled",
    ]
    assert started.started.parent_workflow_execution == parent.id
    assert started.started.parent_initiated_event_id == 5


@pytest.mark.parametrize(
    ("close", "told"),
    [
        (d.CompleteWorkflowExecution("r"), "ChildWorkflowExecutionCompleted"),
        (d.FailWorkflowExecution("d", "r"), "ChildWorkflowExecutionFailed"),
        (d.CancelWorkflowExecution("d"), "ChildWorkflowExecutionCanceled"),
    ],
)
def test_parent_hears_how_its_child_closed(close: d.Decision, told: str) -> None:
    play = Play()
    parent, started = with_child(play)
    while started.is_open:
        run = play.poll_decision()
        assert run is not None
        play.answer(run, [close] if run is started else [])
    assert told in play.types(parent)
    assert not parent.children


def test_parent_hears_of_a_child_that_timed_out_or_was_terminated() -> None:
    play = Play()
    parent, started = with_child(play)
    play.terminate(started)
    assert "ChildWorkflowExecutionTerminated" in play.types(parent)
    again = play.start("other")
    play.decide()
    play.decide(child("second", execution_start_to_close_timeout="1"))
    play.wait(1_000)
    assert "ChildWorkflowExecutionTimedOut" in play.types(again)


def test_open_workflow_id_is_a_late_failure() -> None:
    play = Play()
    play.start("child")
    parent = play.start("parent")
    play.decide()
    play.decide(child())
    failed = play.find(parent, e.StartChildWorkflowExecutionFailed)[0]
    assert (failed.cause, failed.initiated_event_id) == ("WORKFLOW_ALREADY_RUNNING", 5)
    assert play.types(parent)[-1] == "DecisionTaskScheduled"
    assert not parent.children


def test_unknown_child_type_is_an_early_failure() -> None:
    play = Play()
    parent = play.start()
    play.decide(d.StartChildWorkflowExecution("c", TypeId("Nope", "1")))
    failed = play.find(parent, e.StartChildWorkflowExecutionFailed)[0]
    assert (failed.cause, failed.initiated_event_id) == ("WORKFLOW_TYPE_DOES_NOT_EXIST", 0)


@pytest.mark.parametrize("end", ["terminate", "time out"])
@pytest.mark.parametrize("policy", ["TERMINATE", "REQUEST_CANCEL", "ABANDON"])
def test_child_policy_is_applied(policy: str, end: str) -> None:
    play = Play()
    parent = play.start("parent", Given(child_policy=policy, execution_start_to_close_timeout="5"))
    play.decide(child())
    started = play.world.find(DOMAIN, "child")
    assert started is not None
    if end == "terminate":
        play.terminate(parent)
    else:
        play.wait(5_000)
    match policy:
        case "TERMINATE":
            last = e.WorkflowExecutionTerminated("TERMINATE", "CHILD_POLICY_APPLIED")
            assert play.last(started) == last
        case "REQUEST_CANCEL":
            asked = play.find(started, e.WorkflowExecutionCancelRequested)
            assert asked == [e.WorkflowExecutionCancelRequested("CHILD_POLICY_APPLIED", 0)]
        case _:
            assert len(play.history(started)) == 2
    assert play.types(parent)[-1] in ("WorkflowExecutionTerminated", "WorkflowExecutionTimedOut")


def test_termination_goes_down_the_tree() -> None:
    play = Play()
    parent = play.start("a")
    play.decide(child("b"))
    while (run := play.poll_decision()) is not None:
        grandchild = run.id.workflow_id == "b"
        play.answer(run, [child("c")] if grandchild and not run.children else [])
    assert play.world.find(DOMAIN, "c") is not None
    play.terminate(parent)
    assert not play.world.runs


def test_children_are_left_alone_by_a_normal_close() -> None:
    play = Play()
    parent, started = with_child(play)
    play.decide()
    play.decide(d.CompleteWorkflowExecution())
    assert not parent.is_open
    assert started.is_open


class TestContinueAsNew:
    def test_next_run_starts_at_once_and_knows_the_one_before(self) -> None:
        play = Play()
        run = play.start()
        play.decide(d.ContinueAsNewWorkflowExecution(input="again", tag_list=("t",)))
        following = play.world.find(DOMAIN, "w")
        assert following is not None
        started = play.find(following, e.WorkflowExecutionStarted)[0]
        assert started.continued_execution_run_id == run.id.run_id
        assert (started.input, started.tag_list) == ("again", ("t",))
        assert run.close_status == "CONTINUED_AS_NEW"
        assert play.last(run).new_execution_run_id == following.id.run_id  # type: ignore[attr-defined]  # the event says so

    def test_settings_come_from_the_type_not_from_the_run(self) -> None:
        play = Play()
        play.start("w", Given(execution_start_to_close_timeout="7", child_policy="ABANDON"))
        play.decide(d.ContinueAsNewWorkflowExecution())
        following = play.world.find(DOMAIN, "w")
        assert following is not None
        assert following.started.execution_start_to_close_timeout == "1000"
        assert following.started.child_policy == "TERMINATE"

    def test_other_version_and_its_causes(self) -> None:
        play = Play()
        run = play.start()
        play.decide(d.ContinueAsNewWorkflowExecution(workflow_type_version="2"))
        failed = play.find(run, e.ContinueAsNewWorkflowExecutionFailed)[0]
        assert failed.cause == "WORKFLOW_TYPE_DOES_NOT_EXIST"
        play.register(WORKFLOW, TypeId("Flow", "2"), FLOW_DEFAULTS)
        play.decide(d.ContinueAsNewWorkflowExecution(workflow_type_version="2"))
        following = play.world.find(DOMAIN, "w")
        assert following is not None
        assert following.started.workflow_type.version == "2"

    def test_parent_is_told_once_by_the_last_run(self) -> None:
        play = Play()
        parent, _ = with_child(play)
        play.decide(d.ContinueAsNewWorkflowExecution())
        assert len(parent.children) == 1
        while play.world.find(DOMAIN, "child") is not None:
            run = play.poll_decision()
            assert run is not None
            mine = run.id.workflow_id == "child"
            play.answer(run, [d.CompleteWorkflowExecution("r")] if mine else [])
        closed = play.find(parent, e.ChildWorkflowExecutionCompleted)
        assert [event.result for event in closed] == ["r"]


def act(play: Play, workflow_id: str, decision: d.Decision) -> None:
    """Let all deciders answer; that of `workflow_id` decides once."""
    done = False
    while (run := play.poll_decision()) is not None:
        mine = run.id.workflow_id == workflow_id and not done
        done = done or mine
        play.answer(run, [decision] if mine else [])


def test_signal_reaches_another_execution_and_the_sender_hears_of_it() -> None:
    play = Play()
    sender, target = play.start("sender"), play.start("target")
    act(play, "sender", d.SignalExternalWorkflowExecution("hello", "target", input="i"))
    signal = play.find(target, e.WorkflowExecutionSignaled)[0]
    assert (signal.external_workflow_execution, signal.external_initiated_event_id) == (
        sender.id,
        5,
    )
    assert signal.input == "i"
    answered = play.find(sender, e.ExternalWorkflowExecutionSignaled)[0]
    assert answered.workflow_execution == target.id
    assert not sender.externals


def test_cancel_request_reaches_another_execution() -> None:
    play = Play()
    sender, target = play.start("sender"), play.start("target")
    act(play, "sender", d.RequestCancelExternalWorkflowExecution("target"))
    assert target.cancel_requested
    assert play.find(sender, e.ExternalWorkflowExecutionCancelRequested)


@pytest.mark.parametrize(
    ("decision", "failed"),
    [
        (
            d.SignalExternalWorkflowExecution("s", "nobody"),
            e.SignalExternalWorkflowExecutionFailed,
        ),
        (
            d.RequestCancelExternalWorkflowExecution("nobody"),
            e.RequestCancelExternalWorkflowExecutionFailed,
        ),
    ],
)
def test_unknown_target_is_told_after_the_initiated_event(
    decision: d.Decision, failed: type[e.Attributes]
) -> None:
    play = Play()
    sender = play.start("sender")
    act(play, "sender", decision)
    event = play.find(sender, failed)[0]
    assert event.cause == "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"
    assert event.initiated_event_id == 5


def test_an_execution_may_signal_itself() -> None:
    play = Play()
    run = play.start("w")
    play.decide(d.SignalExternalWorkflowExecution("me", "w"))
    assert play.types(run)[-4:] == [
        "SignalExternalWorkflowExecutionInitiated",
        "WorkflowExecutionSignaled",
        "DecisionTaskScheduled",
        "ExternalWorkflowExecutionSignaled",
    ]


def test_wrong_run_id_is_an_unknown_target() -> None:
    play = Play()
    sender = play.start("sender")
    play.start("target")
    act(play, "sender", d.SignalExternalWorkflowExecution("s", "target", run_id="other"))
    assert play.find(sender, e.SignalExternalWorkflowExecutionFailed)


def test_none_as_execution_timeout_of_a_child_is_a_year() -> None:
    play = Play()
    play.start("parent")
    play.decide(child(execution_start_to_close_timeout="NONE", task_list=LIST))
    started = play.world.find(DOMAIN, "child")
    assert started is not None
    play.wait(365 * 24 * 3_600_000)
    assert started.close_status in ("TIMED_OUT", "TERMINATED")


def test_continued_run_keeps_its_workflow_id_from_a_child_of_the_same_batch() -> None:
    play = Play()
    run = play.start("w")
    play.decide(child("w"), d.ContinueAsNewWorkflowExecution())
    following = play.world.find(DOMAIN, "w")
    assert following is not None
    assert following.started.continued_execution_run_id == run.id.run_id
    assert list(play.world.runs.values()) == [following]
