"""The shapes of requests once more, for speed: a request without a flaw is checked while parsed.

Built from the same data as `flowy.engine.model`, which stays the one to say what is wrong.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import msgspec
from msgspec import Meta

from flowy.engine.model import Model
from flowy.swf.decisions import DECISIONS
from flowy.swf.wire import block_name

Shape = dict[str, Any]

_BLOCKS = {kind: block_name(kind, "DecisionAttributes") for kind in DECISIONS}


class Shapes:
    """A decoder for each operation's requests."""

    def __init__(self, model: Model) -> None:
        self._shapes = model.shapes
        self._types: dict[str, Any] = {}
        self._decoders = {
            operation: msgspec.json.Decoder(self._type(name))
            for operation, name in model.inputs.items()
        }

    def read(self, operation: str, body: bytes) -> dict[str, Any] | None:
        """Parse and check a request; None if anything about it is unusual, such as a null.

        What it returns is exactly what `Model.read` would.
        """
        try:
            request: dict[str, Any] = self._decoders[operation].decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        for decision in request.get("decisions", ()):
            if _BLOCKS[decision["decisionType"]] not in decision:
                return None
        return request

    def _type(self, name: str) -> Any:
        if name not in self._types:
            shape = self._shapes[name]
            self._types[name] = _MAKERS[shape["type"]](self, name, shape)
        return self._types[name]

    def _structure(self, name: str, shape: Shape) -> Any:
        required = shape.get("required", ())
        members = {}
        for member, target in shape.get("members", {}).items():
            kind = self._type(target["shape"])
            members[member] = kind if member in required else NotRequired[kind]
        # Made at run time from data: no type checker could follow it.
        return TypedDict(name, members)  # type: ignore[operator]  # the same

    def _list(self, _name: str, shape: Shape) -> Any:
        item = self._type(shape["member"]["shape"])
        return Annotated[list[item], Meta(max_length=shape.get("max"))]  # type: ignore[valid-type]  # the same

    def _string(self, _name: str, shape: Shape) -> Any:
        if "enum" in shape:
            return Literal[tuple(shape["enum"])]
        return Annotated[str, Meta(min_length=shape.get("min"), max_length=shape.get("max"))]

    def _number(self, _name: str, shape: Shape) -> Any:
        return Annotated[int, Meta(ge=shape.get("min"), le=shape.get("max"))]

    def _timestamp(self, _name: str, _shape: Shape) -> Any:
        return int | float

    def _boolean(self, _name: str, _shape: Shape) -> Any:
        return bool


_MAKERS: dict[str, Callable[[Shapes, str, Shape], Any]] = {
    "structure": Shapes._structure,  # noqa: SLF001  # the table of its own methods
    "list": Shapes._list,  # noqa: SLF001  # the same
    "string": Shapes._string,  # noqa: SLF001  # the same
    "integer": Shapes._number,  # noqa: SLF001  # the same
    "long": Shapes._number,  # noqa: SLF001  # the same
    "timestamp": Shapes._timestamp,  # noqa: SLF001  # the same
    "boolean": Shapes._boolean,  # noqa: SLF001  # the same
}
