"""Options: what is refused, how scopes merge, what SWF is sent."""

from datetime import timedelta

import pytest

from flowy.errors import OptionError
from flowy.options import ACTIVITY_DEFAULTS, Options, WorkflowOptions, duration
from flowy.scopes import AllOptions


def test_a_higher_scope_wins_where_it_says_something_and_none_says_something():
    lower = Options(task_list="slow", heartbeat=10, retry=2)
    higher = Options(task_list="fast", heartbeat=None)

    merged = higher.over(lower).over(ACTIVITY_DEFAULTS)

    assert (merged.task_list, merged.heartbeat, merged.retry) == ("fast", None, 2)
    assert merged.start_to_close == 3600


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "NONE"), (0, "0"), (1.2, "2"), (timedelta(minutes=2), "120")],
)
def test_times_are_sent_as_whole_seconds_rounded_up(value, text):
    assert duration(value) == text


@pytest.mark.parametrize(
    "options",
    [
        {"heartbeat": -1},
        {"start_to_close": "10"},
        {"start_to_close": True},
        {"schedule_to_close": timedelta(days=400)},
        {"delay": None},
        {"retry": -1},
        {"retry": 1.5},
        {"lost": True},
        {"priority": 2**31},
        {"priority": 1.5},
        {"task_list": ""},
        {"task_list": "a" * 257},
        {"task_list": "a:b"},
        {"task_list": " a"},
        {"task_list": "arn"},
    ],
)
def test_what_swf_would_refuse_is_refused_with_the_options_name(options):
    with pytest.raises(OptionError, match=next(iter(options))):
        Options(**options)


@pytest.mark.parametrize(
    "options",
    [
        {"execution_start_to_close": None},
        {"child_policy": "KILL"},
        {"tags": ("a",) * 6},
    ],
)
def test_what_swf_would_refuse_of_an_execution_is_refused(options):
    with pytest.raises(OptionError):
        WorkflowOptions(**options)


def test_a_list_of_tags_is_as_good_as_a_tuple():
    assert WorkflowOptions(tags=["a", "b"]).tags == ("a", "b")
    assert AllOptions(tags=["a"]).over(WorkflowOptions(tags=["b"])).tags == ("a",)


def test_a_scope_says_to_each_kind_what_it_knows():
    said = AllOptions(start_to_close=5, task_start_to_close=7, task_list="here")

    assert said.over(Options(heartbeat=3)) == Options(
        heartbeat=3, start_to_close=5, task_list="here"
    )
    assert said.over(WorkflowOptions()) == WorkflowOptions(task_start_to_close=7, task_list="here")


def test_a_merger_of_scopes_is_made_once():
    upper, lower = Options(retry=1), Options(start_to_close=3)

    assert upper.over(lower) is Options(retry=1).over(lower)
