"""Options: what is refused, how scopes merge, what SWF is sent."""

from datetime import timedelta

import pytest

from flowy.errors import OptionError
from flowy.options import ACTIVITY_DEFAULTS, Options, WorkflowOptions, duration


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
