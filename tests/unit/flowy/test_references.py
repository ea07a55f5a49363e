"""References: what stands in a history for a text in the payload store."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowy import converter, forms, inputs, references
from flowy.errors import SerializationError
from flowy.references import Reference

GOLDEN = Path(__file__).parents[2] / "replay" / "formats"
SHA = "8d31abd4ad58a2d89e0a9ee7b2d4c1e0f1f7d6e1c1e9d8c7b6a5f4e3d2c1b0a9"
REFERENCE = Reference(SHA, 40_002, "s3://payloads/shop/8d/8d31")
json_values = st.recursive(
    st.none() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["$flowy", "sha256", "uri", "x"]), inner)
    ),
)


def golden(name):
    return (GOLDEN / name).read_text().rstrip("\n")


def stored(text):
    return Reference(references.key_of(text), len(text.encode()), "dir:///p")


def test_a_reference_is_written_and_found_as_its_golden_file():
    assert references.write(REFERENCE) == golden("reference.json")
    assert references.find(golden("reference.json")) == [REFERENCE]


def test_an_input_form_keeps_its_meta_beside_the_reference_as_its_golden_file():
    text = forms.write_input(forms.write_arguments(("x" * 9,), {}), forms.Meta(attempt=2))

    def store(arguments):
        assert arguments == '{"$flowy":1,"args":["xxxxxxxxx"],"kwargs":{}}'
        return references.write(REFERENCE)

    referred = inputs.refer_input(text, store)

    assert referred == golden("input_reference.json")
    arguments = '{"$flowy":1,"args":["xxxxxxxxx"],"kwargs":{}}'
    given_back = forms.read_input(references.fill(referred, {SHA: arguments}))
    assert (given_back.args, given_back.meta.attempt) == (["xxxxxxxxx"], 2)


@pytest.mark.parametrize("foreign", ['["a"]', "no json", '{"a":1}', '{"$flowy":2}'])
def test_an_input_of_another_form_is_stored_whole(foreign):
    assert inputs.refer_input(foreign, lambda text: f"<{text}>") == f"<{foreign}>"


def test_recorded_references_are_compared_by_the_hash_of_what_is_asked():
    arguments = forms.write_arguments(("x" * 9,), {})
    whole = references.write(stored(arguments + "}"))
    recorded = inputs.refer_input(forms.write_input(arguments), lambda _text: whole)

    assert inputs.same_arguments(recorded, arguments)
    assert not inputs.same_arguments(recorded, forms.write_arguments(("y" * 9,), {}))
    assert references.stands_for(references.write(stored("[1]")), "[1]")
    assert not references.stands_for(references.write(stored("[1]")), "[2]")
    assert not references.stands_for("[1]", "[1]")


@given(json_values)
def test_no_value_of_a_user_is_taken_for_a_reference(value):
    assert references.find(converter.dumps(value)) == []
    inside = converter.dumps([references.write(REFERENCE), value])
    assert references.find(inside) == []


def test_references_are_filled_in_where_they_stand():
    text = f'[1,{references.write(REFERENCE)},{{"a":{references.write(REFERENCE)}}}]'

    assert references.find(text) == [REFERENCE]
    assert json.loads(references.fill(text, {SHA: '"big"'})) == [1, "big", {"a": "big"}]
    assert references.fill(text, {}) == text


def test_texts_that_repeat_each_other_do_not_fill_memory(monkeypatch):
    monkeypatch.setattr(references, "LONGEST", 1_000)
    text = f"[{','.join([references.write(REFERENCE)] * 3)}]"

    with pytest.raises(SerializationError, match="over 1,000"):
        references.fill(text, {SHA: "1" * 500})


def test_a_reference_that_nobody_opened_is_no_value():
    with pytest.raises(SerializationError, match="unknown tag 'ref'"):
        converter.loads(references.write(REFERENCE))
