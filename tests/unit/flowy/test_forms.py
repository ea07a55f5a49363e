"""The recorded forms, each with its golden file: what was written once is read for ever."""

import json
from pathlib import Path

import pytest

from flowy import forms, inputs
from flowy.errors import SerializationError, TaskFailed, TaskLost
from flowy.swf import limits

GOLDEN = Path(__file__).parents[2] / "replay" / "formats"


def golden(name):
    return (GOLDEN / name).read_text().rstrip("\n")


def test_the_input_form_is_written_as_its_golden_file():
    meta = forms.Meta(heartbeat=30_000, start_to_close=1_800_000, attempt=2, details='"at 3"')
    arguments = forms.write_arguments(("cat.jpg", [1, 2.5]), {"width": 128, "when": None})

    assert forms.write_input(arguments, meta) == golden("input.json")


def test_the_input_form_is_read_from_its_golden_file():
    given = forms.read_input(golden("input.json"))

    assert given.args == ["cat.jpg", [1, 2.5]]
    assert given.kwargs == {"width": 128, "when": None}
    assert given.meta == forms.Meta(
        heartbeat=30_000, start_to_close=1_800_000, attempt=2, details='"at 3"'
    )


def test_the_failure_form_is_written_and_read_as_its_golden_file():
    failure = forms.write_failure("shop.OutOfDisk", "disk full", "Traceback …", "7")

    assert json.dumps([failure.reason, failure.details], ensure_ascii=False) == golden(
        "failure.json"
    )
    error = forms.read_failure(*json.loads(golden("failure.json")))
    assert isinstance(error, TaskFailed)
    assert (error.remote_type, error.remote_message) == ("shop.OutOfDisk", "disk full")
    assert (error.traceback, error.details) == ("Traceback …", 7)


def test_the_context_form_is_written_and_read_as_its_golden_file():
    context = forms.Context(core=1, kept_back=3, parked="why")

    assert forms.write_context(context, '{"step":2}') == golden("context.json")
    assert forms.read_context(golden("context.json")) == context


def test_a_context_that_tells_of_held_tasks_is_written_and_read_as_its_golden_file():
    context = forms.Context(core=1, held={"ScheduleActivityTask": 500})

    assert forms.write_context(context) == golden("context_held.json")
    assert forms.read_context(golden("context_held.json")) == context


@pytest.mark.parametrize(
    ("text", "args", "kwargs"),
    [
        (None, [], {}),
        ("", [], {}),
        ("[1, [2]]", [1, [2]], {}),
        ('{"a": 1}', [], {"a": 1}),
        ("plain text", ["plain text"], {}),
        ("17", ["17"], {}),
    ],
)
def test_any_other_input_is_arguments_too(text, args, kwargs):
    given = forms.read_input(text)

    assert (given.args, given.kwargs) == (args, kwargs)


@pytest.mark.parametrize("rest", ["}", ',"meta":{"attempt":2}}'])
def test_meta_is_no_part_of_what_replay_compares(rest):
    arguments = forms.write_arguments((1,), {})

    assert inputs.same_arguments(arguments + rest, arguments)
    assert not inputs.same_arguments(forms.write_arguments((2,), {}) + rest, arguments)


def test_an_input_over_swfs_length_is_refused_with_both_numbers():
    with pytest.raises(SerializationError, match=r"40,\d+ characters.*32,768"):
        forms.write_input(forms.write_arguments(("x" * 40_000,), {}))


@pytest.mark.parametrize("text", ["x" * 100_000, "\x00" * 100_000, "\ud800" * 9, "é\n" * 50_000])
def test_a_failure_is_cut_to_fit_and_never_refused(text):
    failure = forms.write_failure(text, text, text, "3")

    assert len(failure.reason) <= limits.REASON
    assert len(failure.details) <= limits.DATA
    assert json.loads(failure.details)["heartbeat"] == "3"


@pytest.mark.parametrize("reason", ["flowy.WorkerLost", "flowy.WorkerShutdown"])
def test_a_lost_worker_is_read_as_a_lost_task(reason):
    error = forms.read_failure(reason, '{"message":"signal 9","heartbeat":"7"}')

    assert isinstance(error, TaskLost)
    assert (error.reason, error.details) == ("signal 9", 7)


@pytest.mark.parametrize("details", [None, "", "no json", "[1]", "7"])
def test_a_foreign_failure_is_read_too(details):
    assert isinstance(forms.read_failure("Boom", details), TaskFailed)


@pytest.mark.parametrize(
    "text", [None, "", "foreign", "[]", '{"flowy": 3}', '{"flowy":{"core":"x"}}']
)
def test_a_foreign_context_reads_as_an_empty_one(text):
    assert forms.read_context(text) == forms.Context()


def test_what_a_run_hands_on_is_written_and_read_as_its_golden_file():
    meta = forms.Meta(
        heartbeat=0,
        trace="00-4bf9-01",
        tags=("urgent",),
        signals=(("go", '{"n":1}'), ("end", None)),
    )
    text = forms.write_input(forms.write_arguments(("cat.jpg",), {}), meta)

    assert text == golden("input_handed_on.json")
    assert forms.read_input(golden("input_handed_on.json")).meta == meta


def test_a_failed_side_effect_is_read_from_its_golden_file():
    error = forms.read_effect(golden("effect_failure.json"))

    assert isinstance(error, TaskFailed)
    assert (error.remote_type, error.remote_message) == ("shop.NoRoute", "no route")
    assert error.traceback == "Traceback …"


def test_a_failed_side_effect_is_written_as_its_golden_file():
    error = TaskFailed("shop.NoRoute", "no route", "Traceback …")

    assert forms.write_effect_failure(error) == golden("effect_failure.json")


def test_the_value_of_a_side_effect_is_the_result_form():
    value = {"$flowy": "mine", "n": [1]}

    assert forms.read_effect(forms.write_result(value)) == value
