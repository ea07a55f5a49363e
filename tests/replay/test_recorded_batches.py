"""The engine is fed what the real service was fed, and must write the history that it wrote."""

from pathlib import Path

import pytest
from history_rules import broken_rules
from recorded_play import RecordedPlay, comparable, load
from world_play import DOMAIN

from flowy.swf import decisions as d
from flowy.swf import events as e

HISTORIES = Path(__file__).parent / "histories"
FILES = sorted(HISTORIES.glob("*.json")) + sorted((HISTORIES / "secondary").glob("*.json"))
LATER_STEPS = {"sf_child_workflow"}
"""Their children start at once here, and some 100 ms later there."""
SENT_LAST = [path for path in FILES if None in RecordedPlay(*load(path)).batches]
"""Their last batch was recorded, but no longer what it made."""


def case(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", FILES, ids=case)
def test_recorded_histories_obey_the_rules(path: Path) -> None:
    assert broken_rules(load(path)[1]) == []


@pytest.mark.parametrize("path", FILES, ids=case)
def test_engine_writes_what_the_service_wrote(path: Path) -> None:
    document, events = load(path)

    written = RecordedPlay(document, events).play(events)

    assert list(map(comparable, written)) == list(map(comparable, events))
    if path.stem not in LATER_STEPS:
        assert [event.at for event in written] == [event.at for event in events]


@pytest.mark.parametrize("path", FILES, ids=case)
def test_every_batch_is_one_transaction_with_the_recorded_events(path: Path) -> None:
    document, events = load(path)
    play = RecordedPlay(document, events)
    written = play.play(events)
    for batch in document.get("decisionBatches", ()):
        completed = batch["decisionTaskCompletedEventId"]
        assert play.previous[batch["startedEventId"]] == batch["previousStartedEventId"]
        produced = [
            event
            for event in written
            if completed
            and getattr(event.attributes, "decision_task_completed_event_id", None) == completed
        ]
        assert [event.id for event in produced] == batch["producedEventIds"]
        assert {event.at for event in produced} <= {written[(completed or 1) - 1].at}


@pytest.mark.parametrize("path", SENT_LAST, ids=case)
def test_last_batch_makes_one_event_for_each_decision(path: Path) -> None:
    document, events = load(path)
    play = RecordedPlay(document, events)
    # All five ran in one domain, and this history has its activity type.
    play.register(load(HISTORIES / "flowy_testworkflow.json")[1])
    before = len(play.play(events))
    decisions = play.batches[None]

    play.answer(play.run, decisions, events[-1].at + 100)

    made = {
        d.ScheduleActivityTask: e.ActivityTaskScheduled,
        d.CompleteWorkflowExecution: e.WorkflowExecutionCompleted,
        d.FailWorkflowExecution: e.WorkflowExecutionFailed,
        d.ContinueAsNewWorkflowExecution: e.WorkflowExecutionContinuedAsNew,
    }
    expected = [e.DecisionTaskCompleted, *(made[type(decision)] for decision in decisions)]
    after = play.written(play.run)[before:]
    assert [type(event.attributes) for event in after] == expected


def test_continued_run_begins_as_the_recorded_one() -> None:
    document, events = load(HISTORIES / "flowy_restart_run1.json")
    _, recorded = load(HISTORIES / "flowy_restart_run2.json")
    play = RecordedPlay(document, events)
    play.play(events)

    play.answer(play.run, play.batches[None], recorded[0].at)

    following = play.world.find(DOMAIN, play.run.id.workflow_id)
    assert following is not None
    started = play.written(following)
    assert list(map(comparable, started)) == list(map(comparable, recorded[:2]))
    assert following.started.continued_execution_run_id == play.run.id.run_id


def test_all_recordings_are_played() -> None:
    batches = [batch for path in FILES for batch in load(path)[0].get("decisionBatches", ())]
    assert (len(FILES), len(batches), len(SENT_LAST)) == (23, 30, 5)
