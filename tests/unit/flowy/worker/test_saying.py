"""Lines of workflow code in the worker's log."""

import structlog

from flowy.decider.notebook import LogLine
from flowy.worker.saying import say


class Shy:
    def __repr__(self):
        raise ValueError("not to be shown")


def showing(*lines):
    """What a log that shows its values makes of these lines."""
    shown = []

    def render(_logger, level, event):
        assert repr(event)
        shown.append((level, event.pop("event"), event))
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(processors=[render], cache_logger_on_first_use=False)
    try:
        say(lines, "Flow/1")
    finally:
        structlog.configure(**before)
    return shown


def test_a_line_that_cannot_be_shown_stops_neither_the_decision_nor_the_other_lines():
    shown = showing(
        LogLine("info", "first", {}),
        LogLine("info", "shy", {"value": Shy()}),
        LogLine("info", "last", {"n": 1}),
    )

    assert [(level, event) for level, event, _ in shown] == [
        ("info", "first"),
        ("warning", "a line of the workflow cannot be logged"),
        ("info", "last"),
    ]
    assert shown[1][2]["line"] == "shy"


def test_fields_with_names_that_each_line_has_get_an_underscore():
    ((_, _, fields),) = showing(
        LogLine("info", "round", {"event": 1, "type": 2, "self": 3, "exc_info": 4, "other": 5})
    )

    assert fields == {  # what the test itself wrote
        "type": "Flow/1",
        "event_": 1,
        "type_": 2,
        "self_": 3,
        "exc_info_": 4,
        "other": 5,
    }
