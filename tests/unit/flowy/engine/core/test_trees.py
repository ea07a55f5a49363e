"""Trees and chains of executions: policies over levels, chains of children, calls to oneself."""

from typing import Any

import pytest
from history_rules import broken_rules
from world_play import DOMAIN, FLOW, Play

from flowy.engine.core.decide.settings import Given
from flowy.engine.core.execution import Execution
from flowy.swf import decisions as d
from flowy.swf import events as e
from flowy.swf.decisions import Decision
from flowy.swf.events import Attributes
from flowy.swf.values import TaskList

APPLIED = "CHILD_POLICY_APPLIED"


def child(workflow_id: str, **options: Any) -> d.StartChildWorkflowExecution:
    """A child whose decision tasks come on a list of its own name."""
    task_list = TaskList(workflow_id)
    return d.StartChildWorkflowExecution(workflow_id, FLOW, task_list=task_list, **options)


def tree(play: Play, middle: str, top: str = "TERMINATE") -> tuple[Execution, Execution, Execution]:
    """Three generations; `top` and `middle` are child policies."""
    given = Given(child_policy=top, execution_start_to_close_timeout="50")
    parent = play.start("parent", given)
    play.decide(child("middle", child_policy=middle, execution_start_to_close_timeout="90"))
    play.decide(child("leaf"), task_list="middle")
    found = [play.world.find(DOMAIN, name) for name in ("middle", "leaf")]
    assert found[0] is not None
    assert found[1] is not None
    return parent, found[0], found[1]


@pytest.mark.parametrize("end", ["terminate", "time out"])
@pytest.mark.parametrize(
    ("middle", "leaf"),
    [
        ("TERMINATE", e.WorkflowExecutionTerminated("TERMINATE", APPLIED)),
        ("REQUEST_CANCEL", e.WorkflowExecutionCancelRequested(APPLIED, 0)),
        ("ABANDON", None),
    ],
)
def test_each_level_applies_its_own_policy(end: str, middle: str, leaf: Attributes | None) -> None:
    play = Play()
    parent, between, last = tree(play, middle)
    if end == "terminate":
        play.terminate(parent)
    else:
        play.wait(50_000)
    assert play.last(between) == e.WorkflowExecutionTerminated(middle, APPLIED)
    if leaf is None:
        assert len(play.history(last)) == 2
    else:
        assert leaf in [event.attributes for event in play.history(last)]
    # Closed parents hear of nothing.
    assert play.types(parent).count("ChildWorkflowExecutionTerminated") == 0
    assert play.types(between).count("ChildWorkflowExecutionTerminated") == 0
    for run in (parent, between, last):
        assert broken_rules(play.history(run)) == []


def test_cancel_request_of_a_policy_goes_no_level_further_by_itself() -> None:
    play = Play()
    parent, between, last = tree(play, "TERMINATE", top="REQUEST_CANCEL")
    play.terminate(parent)
    assert play.find(between, e.WorkflowExecutionCancelRequested)
    assert between.is_open
    assert len(play.history(last)) == 2
    play.decide(d.CancelWorkflowExecution(), task_list="middle")
    # A normal close leaves the leaf alone.
    assert last.is_open


def test_time_out_of_a_child_applies_its_policy_and_tells_its_parent() -> None:
    play = Play()
    parent = play.start("parent")
    play.decide(child("middle", execution_start_to_close_timeout="5"))
    play.decide(child("leaf"), task_list="middle")
    leaf = play.world.find(DOMAIN, "leaf")
    assert leaf is not None
    play.wait(5_000)
    assert play.last(leaf) == e.WorkflowExecutionTerminated("TERMINATE", APPLIED)
    (told,) = play.find(parent, e.ChildWorkflowExecutionTimedOut)
    assert told.timeout_type == "START_TO_CLOSE"


@pytest.mark.parametrize(
    ("close", "told"),
    [
        (d.CompleteWorkflowExecution("r"), e.ChildWorkflowExecutionCompleted),
        (d.FailWorkflowExecution("d", "r"), e.ChildWorkflowExecutionFailed),
        (d.CancelWorkflowExecution("d"), e.ChildWorkflowExecutionCanceled),
        (None, e.ChildWorkflowExecutionTimedOut),
    ],
)
def test_parent_of_a_chain_hears_of_its_last_run_only(
    close: Decision | None, told: type[Attributes]
) -> None:
    play = Play()
    parent = play.start("parent")
    play.decide(child("c"))
    for _ in range(3):
        again = d.ContinueAsNewWorkflowExecution(
            task_list=TaskList("c"), execution_start_to_close_timeout="7"
        )
        play.decide(again, task_list="c")
        assert len(parent.children) == 1
    last = play.world.find(DOMAIN, "c")
    assert last is not None
    assert last.started.parent_workflow_execution == parent.id
    if close is None:
        play.wait(7_000)
    else:
        play.decide(close, task_list="c")
    children = [kind for kind in play.types(parent) if kind.startswith("ChildWorkflowExecution")]
    assert children == ["ChildWorkflowExecutionStarted", told.__name__]
    (event,) = play.find(parent, told)
    assert event.workflow_execution == last.id
    assert (event.initiated_event_id, event.started_event_id) == (5, 6)
    assert not parent.children


def test_policy_reaches_the_run_that_a_child_has_become() -> None:
    play = Play()
    parent = play.start("parent")
    play.decide(child("c"))
    play.decide(d.ContinueAsNewWorkflowExecution(task_list=TaskList("c")), task_list="c")
    now = play.world.find(DOMAIN, "c")
    assert now is not None
    play.terminate(parent)
    assert play.last(now) == e.WorkflowExecutionTerminated("TERMINATE", APPLIED)


def fill(play: Play, run: Execution, events: int) -> None:
    """Bring a history to a length, by signals."""
    while run.last_event < events:
        play.signal(run)


def test_policy_leaves_a_namesake_of_a_former_child_alone() -> None:
    """All in one batch: a child ends, another takes its workflowId, then its parent ends."""
    play = Play(history_events=20)
    parent = play.start("parent")
    play.decide(child("c"))
    former = play.world.find(DOMAIN, "c")
    assert former is not None
    play.poll_decision()
    play.start("other")
    for run in (former, parent):
        fill(play, run, 19)
    play.decide(
        d.SignalExternalWorkflowExecution("s", "c"),
        child("c"),
        d.SignalExternalWorkflowExecution("s", "parent"),
    )
    assert (former.close_status, parent.close_status) == ("TERMINATED", "TERMINATED")
    namesake = play.world.find(DOMAIN, "c")
    assert namesake is not None
    assert namesake.is_open


def test_child_that_closes_at_once_is_told_in_two_steps() -> None:
    play = Play()
    parent = play.start("parent")
    play.decide(child("c"))
    play.decide(d.CompleteWorkflowExecution(), task_list="c")
    assert play.types(parent)[4:] == [
        "StartChildWorkflowExecutionInitiated",
        "ChildWorkflowExecutionStarted",
        "DecisionTaskScheduled",
        "ChildWorkflowExecutionCompleted",
    ]


def test_child_of_a_parent_that_closes_in_the_same_batch_starts_all_the_same() -> None:
    play = Play()
    parent = play.start("parent")
    play.decide(child("c"), d.CompleteWorkflowExecution())
    started = play.world.find(DOMAIN, "c")
    assert started is not None
    assert started.started.parent_workflow_execution == parent.id
    assert play.types(parent)[-1] == "WorkflowExecutionCompleted"
    play.decide(d.CompleteWorkflowExecution(), task_list="c")
    assert play.types(parent)[-1] == "WorkflowExecutionCompleted"


@pytest.mark.parametrize(
    ("decision", "kinds"),
    [
        (
            d.SignalExternalWorkflowExecution("s", "w", input="i"),
            [
                "SignalExternalWorkflowExecutionInitiated",
                "WorkflowExecutionSignaled",
                "DecisionTaskScheduled",
                "ExternalWorkflowExecutionSignaled",
            ],
        ),
        (
            d.RequestCancelExternalWorkflowExecution("w"),
            [
                "RequestCancelExternalWorkflowExecutionInitiated",
                "WorkflowExecutionCancelRequested",
                "DecisionTaskScheduled",
                "ExternalWorkflowExecutionCancelRequested",
            ],
        ),
    ],
    ids=["signal", "cancel"],
)
def test_execution_may_call_itself(decision: Decision, kinds: list[str]) -> None:
    play = Play()
    run = play.start()
    play.decide(decision)
    assert play.types(run)[4:] == kinds
    asked = play.history(run)[5].attributes
    assert asked.external_workflow_execution == run.id  # type: ignore[attr-defined]  # both have it
    assert asked.external_initiated_event_id == 5  # type: ignore[attr-defined]  # the same
    answer = play.last(run)
    assert answer.workflow_execution == run.id  # type: ignore[attr-defined]  # the same
    assert not run.externals


def test_execution_that_closes_in_the_batch_hears_nothing_of_its_call_to_itself() -> None:
    play = Play()
    run = play.start()
    play.decide(d.SignalExternalWorkflowExecution("s", "w"), d.CompleteWorkflowExecution())
    assert play.types(run)[-1] == "WorkflowExecutionCompleted"


def test_each_cancel_request_is_an_event_and_the_decider_may_ignore_all() -> None:
    play = Play()
    run = play.start()
    play.decide(*[d.RequestCancelExternalWorkflowExecution("w")] * 2)
    assert len(play.find(run, e.WorkflowExecutionCancelRequested)) == 2
    play.decide(d.CompleteWorkflowExecution())
    assert run.close_status == "COMPLETED"


def test_signal_that_names_an_earlier_run_of_a_chain_fails() -> None:
    play = Play()
    old = play.start("chain")
    play.decide(d.ContinueAsNewWorkflowExecution(task_list=TaskList("chain")))
    sender = play.start("sender")
    signal = d.SignalExternalWorkflowExecution("s", "chain", run_id=old.id.run_id)
    play.decide(signal, d.SignalExternalWorkflowExecution("s", "chain"))
    (failed,) = play.find(sender, e.SignalExternalWorkflowExecutionFailed)
    assert (failed.cause, failed.run_id) == ("UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION", old.id.run_id)
    (answer,) = play.find(sender, e.ExternalWorkflowExecutionSignaled)
    assert answer.workflow_execution == play.world.find(DOMAIN, "chain").id  # type: ignore[union-attr]  # it is open


def test_each_run_of_a_chain_has_its_own_time_out() -> None:
    play = Play()
    play.start("w", Given(execution_start_to_close_timeout="10"))
    for _ in range(4):
        play.wait(9_000)
        play.decide(d.ContinueAsNewWorkflowExecution(execution_start_to_close_timeout="10"))
    run = play.world.find(DOMAIN, "w")
    assert run is not None
    play.wait(10_000)
    assert run.close_status == "TIMED_OUT"


def test_nothing_of_the_old_run_goes_on_in_the_next_but_its_children() -> None:
    play = Play()
    old = play.start("w", Given(lambda_role="role", task_priority="5"))
    play.decide(
        child("c"),
        d.StartTimer("5", "t"),
        d.ContinueAsNewWorkflowExecution(),
    )
    run = play.world.find(DOMAIN, "w")
    assert run is not None
    assert (run.started.lambda_role, run.started.task_priority) == (None, None)
    assert (run.children, run.timers, run.context) == ({}, {}, None)
    play.wait(5_000)
    assert "TimerFired" not in play.types(old) + play.types(run)
    assert play.world.find(DOMAIN, "c") is not None
