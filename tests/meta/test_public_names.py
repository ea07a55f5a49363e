"""Each public name is documented, shown in a guide and used by a test."""

import inspect
import re

import pytest

import flowy
from flowy import testing

CLASSES = (
    flowy.Workflow,
    flowy.Activity,
    flowy.Placeholder,
    flowy.Client,
    testing.ActivityEnvironment,
    testing.Environment,
)
"""Classes whose methods people call; of others the docstring tells enough."""

INTERNAL = "For flowy's own code"


def public_names():
    return [*flowy.__all__, *testing.__all__]


def members(owner):
    """The public methods and properties of a class, its parents' among them."""
    for name in dir(owner):
        member = inspect.getattr_static(owner, name)
        if name.startswith("_") or (not isinstance(member, property) and not callable(member)):
            continue
        if INTERNAL not in (inspect.getdoc(member) or ""):
            yield name, member


@pytest.fixture(scope="module")
def guides(root):
    """The text of all guides: the map of the code is none."""
    paths = [path for path in (root / "docs").rglob("*.md") if path.name != "architecture.md"]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


@pytest.fixture(scope="module")
def tested(root):
    """The text of all tests but those that list names."""
    paths = [path for path in (root / "tests").rglob("*.py") if "meta" not in path.parts]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def missing(names, text):
    return sorted(name for name in names if not re.search(rf"\b{name}\b", text))


def test_the_names_of_flowy_testing_are_there_and_sorted():
    assert list(testing.__all__) == sorted(testing.__all__)
    assert [name for name in testing.__all__ if not hasattr(testing, name)] == []


def test_every_public_thing_of_flowy_testing_says_what_it_is_for():
    things = {name: getattr(testing, name) for name in testing.__all__}
    assert [name for name, thing in things.items() if not inspect.getdoc(thing)] == []


def test_every_public_name_is_in_a_guide(guides):
    assert missing(public_names(), guides) == []


def test_every_public_name_is_used_by_a_test(tested):
    assert missing(public_names(), tested) == []


@pytest.mark.parametrize("owner", CLASSES, ids=lambda owner: owner.__name__)
def test_every_method_is_documented_and_in_a_guide(owner, guides):
    found = dict(members(owner))
    assert [name for name, member in found.items() if not inspect.getdoc(member)] == []
    assert missing(found, guides) == []


@pytest.mark.parametrize("owner", CLASSES, ids=lambda owner: owner.__name__)
def test_every_method_is_used_by_a_test(owner, tested):
    assert missing(dict(members(owner)), tested) == []


def test_every_subcommand_is_in_a_guide(guides):
    from flowy.cli import COMMANDS

    unnamed = [name for name in COMMANDS if not re.search(rf"flowy[\w |]*\b{name}\b", guides)]
    assert unnamed == []


def test_a_name_that_nobody_mentions_is_found():
    assert missing(["wait", "nowhere"], "wait(*placeholders) and waits") == ["nowhere"]
    assert missing(["wait"], "waiting") == ["wait"]
