"""Forms: dataclasses, enums and registered types in tagged values, and who may write which."""

import dataclasses
import enum
from pathlib import Path

import pytest

from flowy import Converter, Form
from flowy.annotated import annotated
from flowy.errors import OptionError, RegistrationError, SerializationError
from flowy.vocabulary import Vocabulary

GOLDEN = Path(__file__).parents[2] / "replay" / "formats"


class Colour(enum.Enum):
    RED = 1


@dataclasses.dataclass
class Pen:
    colour: Colour
    sizes: list[float] = dataclasses.field(default_factory=list)
    label: str = dataclasses.field(init=False, default="pen")


PEN, COLOUR = Form.of(Pen, "shop.Pen"), Form.of(Colour, "shop.Colour")
BOTH = Converter(PEN, COLOUR)


def test_dataclasses_and_enums_are_written_and_read_as_their_golden_file():
    golden = (GOLDEN / "forms.json").read_text().rstrip("\n")

    assert BOTH.dumps([Pen(Colour.RED, [0.5])]) == golden
    assert BOTH.loads(golden) == [Pen(Colour.RED, [0.5])]


def test_without_a_tag_a_form_has_its_types_full_name():
    assert Form.of(Pen).tag == f"{__name__}.Pen"


def test_fields_that_came_and_went_do_not_make_a_history_unreadable():
    colour = '{"$flowy":"shop.Colour","v":"RED"}'
    older = f'{{"$flowy":"shop.Pen","v":{{"colour":{colour}}}}}'
    newer = f'{{"$flowy":"shop.Pen","v":{{"colour":{colour},"sizes":[],"price":3}}}}'

    assert BOTH.loads(older) == BOTH.loads(newer) == Pen(Colour.RED)


@pytest.mark.parametrize(
    "text",
    [
        '{"$flowy":"shop.Pen","v":{}}',
        '{"$flowy":"shop.Pen","v":7}',
        '{"$flowy":"shop.Pen"}',
        '{"$flowy":"shop.Colour","v":"BLUE"}',
        '{"$flowy":"os.system","v":"true"}',
        '{"$flowy":"builtins.dict","v":{}}',
    ],
)
def test_what_is_not_of_a_registered_form_is_refused(text):
    with pytest.raises(SerializationError):
        BOTH.loads(text)


def test_what_a_form_cannot_write_is_an_error_that_names_its_place():
    broken = Form("pen", Pen, lambda pen: pen.price, lambda value: value)

    with pytest.raises(SerializationError, match=r"value\[0\].*price"):
        Converter(broken).dumps([Pen(Colour.RED)])


@pytest.mark.parametrize("tag", ["ref", "dict", "datetime", "bytes"])
def test_our_own_tags_cannot_be_taken(tag):
    with pytest.raises(OptionError, match="flowy's own"):
        Converter(Form.of(Pen, tag))


def test_two_types_cannot_have_one_tag():
    with pytest.raises(OptionError, match="claimed by"):
        Converter(Form.of(Pen, "x"), Form.of(Colour, "x"))


def test_other_types_need_functions_of_their_own():
    with pytest.raises(OptionError, match="neither a dataclass nor an enum"):
        Form.of(set)


def test_a_type_may_have_an_older_tag_that_is_only_read():
    moved = Converter(Form.of(Colour, "new"), Form.of(Colour, "old"))

    assert moved.dumps(Colour.RED) == '{"$flowy":"new","v":"RED"}'
    assert moved.loads('{"$flowy":"old","v":"RED"}') is Colour.RED


def test_annotations_register_what_they_name_also_inside_of_other_types():
    def run(pens: "dict[str, list[Pen] | None]") -> int: ...

    assert {form.kind for form in annotated(run)} == {Pen, Colour}


def test_annotations_that_cannot_be_resolved_say_nothing():
    def run(pen: "Nowhere"): ...  # noqa: F821  # that is the point

    assert annotated(run) == ()


def test_a_types_form_goes_before_a_plugins_and_that_before_an_annotations():
    known = Vocabulary()
    known.learn((), [Form.of(Colour, "hint"), Form.of(Pen, "pen")])
    assert known.converter.dumps(Colour.RED) == '{"$flowy":"hint","v":"RED"}'
    known.add([Form.of(Colour, "plugin")])
    assert known.converter.dumps(Colour.RED) == '{"$flowy":"plugin","v":"RED"}'
    known.learn([Form.of(Colour, "own")])
    assert known.converter.dumps(Colour.RED) == '{"$flowy":"own","v":"RED"}'
    for tag in ("hint", "plugin", "own"):
        assert known.converter.loads(f'{{"$flowy":"{tag}","v":"RED"}}') is Colour.RED


def test_a_claimed_tag_is_refused_and_changes_nothing():
    known = Vocabulary()
    known.add([Form.of(Colour, "x")])
    with pytest.raises(RegistrationError, match="claimed by"):
        known.learn([Form.of(Pen, "x")])
    known.allow(10**6)

    assert known.converter.dumps(Colour.RED) == '{"$flowy":"x","v":"RED"}'
    assert known.converter.longest == 10**6
