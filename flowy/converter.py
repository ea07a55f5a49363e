"""Values to JSON and back: plain JSON, and tagged objects for the few types that JSON lacks.

A tagged value is `{"$flowy": "<tag>", "v": …}`; a user's own dict that has the key `$flowy` is
escaped the same way. Never pickle: what is read can only become a value of a known type.
"""

import base64
import dataclasses
import json
import math
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from flowy.errors import SerializationError

TAG = "$flowy"

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode

_WRITERS: dict[type, tuple[str, Callable[[Any], Any]]] = {
    datetime: ("datetime", datetime.isoformat),
    UUID: ("uuid", str),
    Decimal: ("decimal", str),
    bytes: ("bytes", lambda value: base64.b64encode(value).decode()),
}
_READERS: dict[str, Callable[[Any], Any]] = {
    "datetime": datetime.fromisoformat,
    "uuid": UUID,
    "decimal": Decimal,
    "bytes": base64.b64decode,
    "dict": lambda pairs: {key: untag(value) for key, value in pairs},
}


def dumps(value: Any, where: str = "value") -> str:
    """The JSON text of a value; `where` names it in errors. Tuples come back as lists.

    Raises:
        SerializationError: for a type that has no JSON form, with the value and its place.
    """
    return encode(plain(value, where), where)


def encode(data: Any, where: str) -> str:
    """The compact text of plain data.

    Raises:
        SerializationError: for a text that UTF-8 cannot carry.
    """
    text = _encode(data)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise SerializationError(f"half a character: {error}", where=where) from error
    return text


def loads(text: str, where: str = "value") -> Any:
    """The value of a JSON text that `dumps` wrote, or of any other JSON.

    Raises:
        SerializationError: if it is no JSON, or carries an unknown tag.
    """
    try:
        data = json.loads(text)
    except ValueError as error:
        raise SerializationError(f"not JSON: {error}", where=where) from error
    return untag(data, where)


def plain(value: Any, where: str) -> Any:
    """The value in JSON's own types, other types tagged; containers are copied.

    Raises:
        SerializationError: naming the value and where it sat.
    """
    kind = type(value)
    if value is None or kind is str or kind is bool or kind is int:
        return value
    if kind is float:
        return number(value, where)
    if kind is list or kind is tuple:
        return [plain(item, f"{where}[{n}]") for n, item in enumerate(value)]
    if kind is dict:
        return mapping(value, where)
    if kind in _WRITERS:
        tag, write = _WRITERS[kind]
        return {TAG: tag, "v": write(value)}
    if isinstance(value, str | int):  # enums and other subclasses of JSON's own types
        return str.__str__(value) if isinstance(value, str) else int(value)
    raise SerializationError(
        f"{value!r:.200} is a {kind.__module__}.{kind.__qualname__}, which has no JSON form",
        where=where,
        hint=advice(value),
    )


def number(value: float, where: str) -> float:
    """A finite float; JSON has no others."""
    if math.isfinite(value):
        return value
    raise SerializationError(
        f"{value!r} is not a number JSON can write", where=where, hint="write None or a text"
    )


def mapping(value: dict[Any, Any], where: str) -> Any:
    """A dict with text keys; one that has our own key is escaped as pairs."""
    for key in value:
        if type(key) is not str:
            raise SerializationError(
                f"the key {key!r} is not a text",
                where=where,
                hint="JSON's keys are texts: str(key)",
            )
    data = {key: plain(item, f"{where}[{key!r}]") for key, item in value.items()}
    return {TAG: "dict", "v": list(map(list, data.items()))} if TAG in data else data


def advice(value: Any) -> str:
    """What to write instead of a value that has no JSON form."""
    if isinstance(value, set | frozenset):
        return "a set has no order: pass sorted(value)"
    if dataclasses.is_dataclass(value):
        return "pass dataclasses.asdict(value)"
    return "pass numbers, texts, lists, dicts, datetime, UUID, Decimal or bytes"


def untag(data: Any, where: str = "value") -> Any:
    """Data as it came from JSON, with tagged objects turned back into their values.

    Raises:
        SerializationError: for an unknown tag, or a value that is not of its tag's form.
    """
    if type(data) is list:
        return [untag(item, where) for item in data]
    if type(data) is not dict:
        return data
    if TAG not in data:
        return {key: untag(item, where) for key, item in data.items()}
    read = _READERS.get(data[TAG]) if isinstance(data[TAG], str) else None
    if read is None:
        raise SerializationError(f"unknown tag {data[TAG]!r}", where=where)
    try:
        return read(data["v"])
    except (KeyError, ValueError, TypeError, ArithmeticError) as error:
        raise SerializationError(f"a broken {data[TAG]} value: {error!r}", where=where) from error
