"""The quick reader of requests gives what the exact one gives, or leaves the request to it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowy.engine.core.faults import Refused
from flowy.engine.model import Model
from flowy.engine.shapes import Shapes

MODEL = Model()
SHAPES = Shapes(MODEL)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 2_000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=3),
    st.just("x" * 300),
    st.just("REGISTERED"),
    st.just([]),
    st.just([None]),
    st.just({}),
)


def sample(name: str, draw: Any, odds: int) -> Any:
    """A request of a shape, each part of which is odd once in `odds` times (0: never)."""
    if odds and draw(st.integers(1, odds)) == 1:
        return draw(ODD)
    shape = MODEL.shapes[name]
    match shape["type"]:
        case "structure":
            members = {
                member: sample(target["shape"], draw, odds)
                for member, target in shape.get("members", {}).items()
                if member in shape.get("required", ()) or draw(st.booleans())
            }
            return members | ({"unknown": 1} if odds and draw(st.booleans()) else {})
        case "list":
            return [
                sample(shape["member"]["shape"], draw, odds)
                for _ in range(draw(st.integers(0, min(3, shape.get("max", 3)))))
            ]
        case "string":
            return draw(st.sampled_from(shape["enum"])) if "enum" in shape else "1"
        case "boolean":
            return draw(st.booleans())
        case _:
            return draw(st.integers(0, 1_000))


@given(st.data(), st.sampled_from(sorted(MODEL.inputs)))
def test_quick_reader_never_differs(data: st.DataObject, operation: str) -> None:
    request = sample(MODEL.inputs[operation], data.draw, 12)
    quick = SHAPES.read(operation, json.dumps(request).encode())
    if quick is not None:
        assert quick == MODEL.read(operation, request)
        assert json.dumps(quick) == json.dumps(MODEL.read(operation, request))


@given(st.data(), st.sampled_from(sorted(MODEL.inputs)))
def test_quick_reader_takes_what_is_right(data: st.DataObject, operation: str) -> None:
    request = sample(MODEL.inputs[operation], data.draw, 0)
    try:
        MODEL.read(operation, request)
    except Refused:  # a decision without its block
        assert SHAPES.read(operation, json.dumps(request).encode()) is None
    else:
        assert SHAPES.read(operation, json.dumps(request).encode()) == request


@pytest.mark.parametrize("body", [b"", b" ", b"{", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_left_to_the_exact_reader(body: bytes) -> None:
    assert SHAPES.read("DescribeDomain", body) is None
