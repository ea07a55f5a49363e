"""The table of choices is whole, and points at code that is there."""

import re
from importlib import import_module

import pytest

from flowy.engine.core.unknowns import UNKNOWNS, Unknown


def find(dotted: str) -> object:
    """Import as much as is a module; the rest are attributes."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: object = import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for name in parts[cut:]:
            found = getattr(found, name)
        return found
    raise AssertionError(dotted)


def test_questions_are_numbered_without_a_gap() -> None:
    assert [unknown.number for unknown in UNKNOWNS] == list(range(1, len(UNKNOWNS) + 1))


@pytest.mark.parametrize("unknown", UNKNOWNS, ids=lambda unknown: str(unknown.number))
def test_choice_is_made_where_the_table_says(unknown: Unknown) -> None:
    assert find(unknown.where) is not None
    assert re.fullmatch("[RTMDJFLCU]( [RTMDJFLCU])*", unknown.grade)
    assert unknown.question.endswith("?")
    assert unknown.choice
