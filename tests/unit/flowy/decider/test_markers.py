"""Markers, side effects and patches: noted once, read back in replay."""

import json

import pytest
from story import RUN, Story, asked
from workflows import make, result_of

from flowy import TaskFailed, forms
from flowy.decider import Execution, NonDeterminism
from flowy.errors import OptionError, SerializationError
from flowy.swf import events as e
from flowy.swf.decisions import FailWorkflowExecution, RecordMarker, StartTimer


def test_a_marker_is_recorded_with_its_details_as_json():
    def run(self):
        self.marker("half way", {"done": 3})
        self.marker("bare")
        return self.resize("a").result()

    story = Story(make(run))

    assert story.decide().decisions[:2] == (
        RecordMarker(marker_name="half way", details='{"done":3}'),
        RecordMarker(marker_name="bare"),
    )
    story.complete("resize-1", 1)
    assert result_of(story.decide()) == 1


@pytest.mark.parametrize("name", ["", "flowy.patch-x", "x" * 257])
def test_a_marker_without_a_name_of_its_own_is_refused(name):
    def run(self):
        with pytest.raises(OptionError):
            self.marker(name)

    assert asked(Story(make(run)).decide()) == ["CompleteWorkflowExecution"]


def test_details_over_swfs_length_are_refused_where_the_marker_is_asked_for():
    def run(self):
        with pytest.raises(SerializationError, match=r"40,002 characters.*32,768"):
            self.marker("big", "x" * 40_000)

    assert asked(Story(make(run)).decide()) == ["CompleteWorkflowExecution"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("half way", 1), ("other", 1)),
        (("half way", 1), ("half way", 2)),
        (("half way", 1), ("half way", None)),
        (("half way", None), ("half way", 1)),
    ],
)
def test_another_marker_or_other_details_are_a_difference(before, after):
    def recorded(self):
        self.marker(*before)
        self.resize("a").result()

    def now(self):
        self.marker(*after)
        self.resize("a").result()

    story = Story(make(recorded))
    story.decide()
    story.registry = Story(make(now)).registry

    parked = story.decide().parked
    assert "RecordMarker half way" in parked
    assert f"asked:    RecordMarker {after[0]}" in parked


def test_a_refused_marker_is_no_difference():
    def run(self):
        self.marker("half way", 1)
        return self.resize("a").result()

    story = Story(make(run))
    story.poll()
    story.answer(())
    completed = len(story.events)
    story.completed = completed
    story.record(e.RecordMarkerFailed, marker_name="half way", cause="OPERATION_NOT_PERMITTED")
    resize = Story(make(run)).decide().decisions[1]
    story.take(resize, completed)
    story.complete("resize-1", 4)

    assert result_of(story.decide()) == 4


def test_a_side_effect_whose_marker_was_refused_is_parked_with_the_reason():
    def run(self):
        return self.side_effect(lambda: 1)

    story = Story(make(run))
    story.poll()
    story.answer(())
    story.completed = len(story.events)
    marker = "flowy.effect-side_effect-1"
    story.record(e.RecordMarkerFailed, marker_name=marker, cause="OPERATION_NOT_PERMITTED")

    assert "SWF refused to record it" in story.decide().parked


def test_a_side_effect_runs_once_and_its_recorded_value_comes_back_in_replay():
    ran = []

    def run(self):
        def look():
            ran.append("once")
            return (len(ran), "a tuple becomes a list")

        value = self.side_effect(look)
        self.resize(value).result()
        return value

    story = Story(make(run))
    marker, call = story.decide().decisions
    assert marker.marker_name == "flowy.effect-side_effect-1"
    assert marker.details == '[1,"a tuple becomes a list"]'
    assert json.loads(call.input)["args"] == [[1, "a tuple becomes a list"]]
    story.complete("resize-1")

    assert result_of(story.decide()) == [1, "a tuple becomes a list"]
    assert ran == ["once"]


def test_side_effects_of_branches_are_told_apart_whatever_order_they_run_in():
    def run(self):
        def one(number):
            self.sleep(10 - number).result()
            return self.side_effect(lambda: number)

        branches = [self.spawn(one, n) for n in range(2)]
        self.sleep(100).result()
        return [branch.result() for branch in branches]

    story = Story(make(run))
    story.decide()
    story.fire("one-2.sleep-1")
    assert story.decide().decisions[0].marker_name == "flowy.effect-one-2.side_effect-1"
    story.fire("one-1.sleep-1")
    story.decide()
    story.fire("sleep-1")

    assert result_of(story.decide()) == [0, 1]


def test_a_failed_side_effect_is_recorded_and_raised_in_each_replay():
    ran = []

    def run(self):
        def look():
            ran.append("once")
            raise ConnectionError("no route")

        try:
            self.side_effect(look)
        except TaskFailed as error:
            said = [error.remote_type, error.remote_message, "look" in error.traceback]
        self.resize("a").result()
        return said

    story = Story(make(run))
    story.decide()
    story.complete("resize-1")

    assert result_of(story.decide()) == ["ConnectionError", "no route", True]
    assert ran == ["once"]


def test_a_side_effect_that_this_deploy_cannot_run_is_parked_and_not_recorded():
    def run(self):
        return self.side_effect(lambda: __import__("no_such_module"))

    verdict = Story(make(run)).decide()

    assert "no_such_module" in verdict.parked
    assert [type(x) for x in verdict.decisions] == [StartTimer]


def test_a_side_effect_without_a_json_form_fails_where_it_is_asked_for():
    (close,) = Story(make(lambda self: self.side_effect(object))).decide().decisions

    assert isinstance(close, FailWorkflowExecution)
    assert close.reason == "flowy.errors.SerializationError"


def test_an_added_side_effect_is_a_difference_that_the_code_cannot_swallow():
    def now(self):
        try:
            self.side_effect(lambda: 1)
        except BaseException:  # noqa: BLE001  # this code swallows everything
            self.resize("a").result()

    story = Story(make(lambda self: self.resize("a").result()))
    story.decide()
    story.registry = Story(make(now)).registry

    parked = story.decide().parked
    assert "asked:    RecordMarker flowy.effect-side_effect-1 at " in parked
    assert "test_markers.py:" in parked


def test_a_side_effect_in_a_tail_that_was_kept_back_runs_anew():
    ran = []

    def run(self):
        for n in range(40):
            self.resize("x" * 30_000, n)
        value = self.side_effect(lambda: ran.append(1) or len(ran))
        self.sleep(5).result()
        return value

    story = Story(make(run))
    first = story.decide()
    assert "flowy.effect-side_effect-1" not in str(first.decisions)
    story.fire(first.decisions[-1].timer_id)
    second = story.decide()
    marker = next(x for x in second.decisions if isinstance(x, RecordMarker))
    story.fire("sleep-1")

    assert result_of(story.decide()) == int(marker.details) == 2


def test_markers_count_towards_the_room_in_an_answer():
    def run(self):
        for n in range(40):
            self.marker(f"m{n}", "x" * 30_000)
        self.sleep(5).result()

    first = Story(make(run)).decide()

    assert first.decisions[-1].timer_id.startswith("flowy.more-")
    assert 10 < len(first.decisions) < 40


def test_a_foreign_marker_among_a_turns_decisions_is_a_difference_as_ever():
    story = Story(make(lambda self: self.resize("a").result()))
    story.decide()
    story.record(e.MarkerRecorded, marker_name="not a patch")
    story.complete("resize-1")
    story.poll()
    kept = Execution(story.registry.workflow(story.type), RUN, story.registry)

    assert isinstance(kept.activate(story.events), NonDeterminism)
    kept.evict()


@pytest.mark.parametrize("text", ["x" * 50_000, "\x00" * 50_000, "\ud800" * 9])
def test_a_failed_side_effect_always_fits_into_its_marker(text):
    written = forms.write_effect_failure(ValueError(text))

    assert len(written) <= 32_768
    assert forms.read_effect(written).remote_type == "ValueError"
