"""How a history is cut into turns, on recorded histories of the real service."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from flowy.decider import identity
from flowy.decider.turns import cut
from flowy.swf.events import DecisionTaskCompleted, DecisionTaskTimedOut, Event
from flowy.swf.wire import decision_from_wire, event_from_wire

HISTORIES = Path(__file__).parents[3] / "replay" / "histories"
FILES = sorted(HISTORIES.rglob("*.json"))


def history(path: Path) -> list[Event]:
    return [event_from_wire(event) for event in json.loads(path.read_text())["events"]]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_event_is_news_of_exactly_one_turn(path: Path) -> None:
    events = history(path)

    turns = cut(events).turns

    news = [event.id for turn in turns for event in turn.news]
    assert news == list(range(1, turns[-1].started + 1))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_turn_is_cut_for_each_completed_decision_task(path: Path) -> None:
    events = history(path)

    turns = cut(events).turns

    completed = [
        event.id for event in events if isinstance(event.attributes, DecisionTaskCompleted)
    ]
    assert [turn.completed for turn in turns if turn.completed] == completed


def recorded_batches() -> list[tuple[str, int]]:
    return [
        (path.stem, number)
        for path in FILES
        for number, _ in enumerate(json.loads(path.read_text()).get("decisionBatches", []))
    ]


@pytest.mark.parametrize(("name", "number"), recorded_batches())
def test_a_turns_batch_is_what_its_decider_had_sent(name: str, number: int) -> None:
    document = json.loads((HISTORIES / f"{name}.json").read_text())
    sent = document["decisionBatches"][number]
    turns = {turn.started: turn for turn in cut(history(HISTORIES / f"{name}.json")).turns}

    batch = turns[sent["startedEventId"]].batch

    asked = [decision_from_wire(decision) for decision in sent["request"].get("decisions", [])]
    pairs = list(zip(map(identity.of_decision, asked), batch, strict=False))
    assert [pair[0] for pair in pairs] == [identity.of_event(pair[1].attributes) for pair in pairs]
    if batch:
        assert len(batch) == len(asked)


def test_a_timed_out_decision_task_joins_the_next_turn() -> None:
    events = history(HISTORIES / "secondary" / "decision_timeout.json")
    lost = next(e for e in events if isinstance(e.attributes, DecisionTaskTimedOut))

    turns = cut(events).turns

    turn = next(turn for turn in turns if lost in turn.news)
    assert turn.started > lost.id
    assert lost.attributes.started_event_id not in {turn.started for turn in turns}


def test_events_that_arrive_while_a_decision_runs_belong_to_the_next_turn() -> None:
    events = history(HISTORIES / "flowy_testworkflow.json")

    turns = cut(events).turns

    early = [
        event
        for turn, following in pairwise(turns)
        for event in following.news
        if turn.completed and turn.started < event.id < turn.completed
    ]
    assert len(early) == 9


def test_a_window_that_begins_at_the_last_turn_shows_whether_its_answer_was_taken() -> None:
    events = history(HISTORIES / "sf_activity_chain.json")
    first = cut(events).turns[0]
    window = [event for event in events if event.id >= first.started]

    pieces = cut(window, after=first.started)

    assert pieces.confirmed is not None
    assert pieces.confirmed.batch == first.batch
    assert pieces.turns == cut(events).turns[1:]
