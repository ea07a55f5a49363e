"""Values to JSON and back."""

import dataclasses
import enum
import json
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowy import converter
from flowy.errors import SerializationError

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
    | st.binary()
    | st.uuids()
    | st.decimals(allow_nan=False)
    | st.datetimes(timezones=st.just(UTC)),
    lambda inner: st.lists(inner) | st.dictionaries(texts | st.just("$flowy"), inner),
    max_leaves=20,
)


@given(values)
def test_each_value_comes_back_as_it_was(value):
    assert converter.loads(converter.dumps(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2026, 1, 2, tzinfo=UTC), '{"$flowy":"datetime","v":"2026-01-02T00:00:00+00:00"}'),
        (UUID(int=1), '{"$flowy":"uuid","v":"00000000-0000-0000-0000-000000000001"}'),
        (Decimal("1.50"), '{"$flowy":"decimal","v":"1.50"}'),
        (b"\x00\xff", '{"$flowy":"bytes","v":"AP8="}'),
        ({"$flowy": 1}, '{"$flowy":"dict","v":[["$flowy",1]]}'),
        ((1, "é"), '[1,"é"]'),
    ],
)
def test_the_tagged_forms_are_these(value, text):
    assert converter.dumps(value) == text


class Colour(enum.StrEnum):
    RED = "red"


def test_enums_of_texts_and_numbers_are_their_values():
    assert converter.dumps([Colour.RED, enum.IntEnum("N", "ONE").ONE]) == '["red",1]'


@dataclasses.dataclass
class Size:
    width: int


@pytest.mark.parametrize(
    ("value", "place", "advice"),
    [
        ({"a": [1, {2, 3}]}, "value['a'][1]", "sorted"),
        (Size(1), "value", "Form.of(Size)"),
        (object(), "value", "numbers, texts"),
        ({1: 2}, "value", "str(key)"),
        ([float("nan")], "value[0]", "None"),
        ("\ud800", "value", ""),
    ],
)
def test_a_value_without_a_json_form_is_refused_with_its_place_and_advice(value, place, advice):
    with pytest.raises(SerializationError) as caught:
        converter.dumps(value)

    assert caught.value.where == place
    assert advice in caught.value.hint


@pytest.mark.parametrize(
    "text", ['{"$flowy":"pickle","v":"x"}', '{"$flowy":"uuid","v":"x"}', '{"$flowy":[]}', "{"]
)
def test_an_unknown_or_broken_tag_is_refused(text):
    with pytest.raises(SerializationError):
        converter.loads(text)


@given(values)
def test_a_text_is_what_the_json_module_writes_and_is_read_as_it_reads_it(value):
    data = converter.plain(value, "value")
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    assert converter.encode(data, "value") == text
    assert converter.decode(f" {text}\n") == converter.decode(text) == json.loads(text)


def test_half_a_character_and_a_number_without_end_are_refused():
    with pytest.raises(SerializationError, match="half a character"):
        converter.encode("\ud800", "value")
    with pytest.raises(ValueError, match="not JSON compliant"):
        converter.encode(float("inf"), "value")


@pytest.mark.parametrize("text", ["", " ", "1 2", "{", "\ufeff1", "[1]]"])
def test_what_the_json_module_refuses_is_refused(text):
    with pytest.raises(ValueError, match=r"Expecting|Extra data|BOM"):
        converter.decode(text)
