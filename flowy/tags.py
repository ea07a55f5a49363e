"""Forms: how the values of one type are written as JSON and read back, each under its own tag."""

import base64
import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from flowy.errors import OptionError

TAG = "$flowy"
REFERENCE = "ref"


@dataclass(frozen=True, slots=True)
class Form:
    """How values of just this type (not of its subclasses) are recorded: `{"$flowy": tag, "v": …}`.

    `write` makes something that has a JSON form of a value, `read` a value of that. The tag stays
    for ever in the histories that it was written into: choose it well, and keep its form readable.

        Form("point", Point, write=lambda p: [p.x, p.y], read=lambda v: Point(*v))
    """

    tag: str
    kind: type
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]

    @staticmethod
    def of(kind: type, tag: str | None = None) -> "Form":
        """The form of a dataclass (its fields by name) or of an enum (the name of its member).

        The tag is the type's name with its module's, unless one is given: a given one outlives a
        move. What is recorded is read also after fields were removed, and after fields with a
        default were added.

        Raises:
            OptionError: for another type.
        """
        name = tag or f"{kind.__module__}.{kind.__qualname__}"
        if dataclasses.is_dataclass(kind):
            return Form(name, kind, fields_of, lambda data: filled(kind, data))
        if issubclass(kind, Enum):
            return Form(name, kind, lambda member: member.name, kind.__getitem__)
        hint = "write Form(tag, type, write, read)"
        raise OptionError(f"{kind!r} is neither a dataclass nor an enum", hint=hint)


def fields_of(value: Any) -> dict[str, Any]:
    """The fields of a dataclass's instance that make it again."""
    return {
        field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init
    }


def filled(kind: Any, data: dict[str, Any]) -> Any:
    """An instance of a dataclass; fields that it has no longer are left out."""
    known = {field.name for field in dataclasses.fields(kind) if field.init}
    return kind(**{name: value for name, value in data.items() if name in known})


BUILT_IN = (
    Form("datetime", datetime, datetime.isoformat, datetime.fromisoformat),
    Form("uuid", UUID, str, UUID),
    Form("decimal", Decimal, str, Decimal),
    Form("bytes", bytes, lambda value: base64.b64encode(value).decode(), base64.b64decode),
)
RESERVED = {*(form.tag for form in BUILT_IN), "dict", REFERENCE}
"""The tags that no other form may have; "dict" escapes a user's dict that has our key."""
