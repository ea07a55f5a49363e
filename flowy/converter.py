"""Values to JSON and back: plain JSON, and tagged objects for the types that JSON lacks.

A tagged value is `{"$flowy": "<tag>", "v": …}`; a user's own dict that has the key `$flowy` is
escaped the same way. Never pickle: what is read can only become a value of a type that somebody
registered, and nothing is imported by a name that stands in data.
"""

import dataclasses
import json
import math
from collections.abc import Callable
from enum import Enum
from json import encoder
from typing import Any

from flowy.errors import OptionError, SerializationError
from flowy.references import Unopened
from flowy.swf import limits
from flowy.tags import BUILT_IN, RESERVED, TAG, Form

MISFITS = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What the code of a form raises for data that is not its own; anything else is its bug."""

SURE = frozenset({str, int, bool, type(None)})
"""Values of just these types are their own plain form: no walk is made for them."""

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_raw_decode = json.JSONDecoder().raw_decode


def _encoder() -> Callable[[Any], str]:
    """`_JSON.encode`, with json's C part made once: it makes one for each text, for 3 of 5 µs.

    Data that was walked has no cycles, so none are looked for. Without the C part: as it is.
    """
    make: Any = getattr(encoder, "c_make_encoder", None)
    quote = getattr(encoder, "c_encode_basestring", None)
    if make is None or quote is None:
        return _JSON.encode
    pieces = make(None, _JSON.default, quote, None, ":", ",", False, False, False)
    return lambda data: "".join(pieces(data, 0))


_encode = _encoder()


class Converter:
    """Writes and reads values: JSON's own, those of our tags, and those of these forms.

    Where two forms write one type the first does; all are read. `longest` is how many characters a
    text may have that is written: SWF's limit, or more where a payload store takes what is over it.
    A converter never changes.
    """

    def __init__(self, *forms: Form, longest: int = limits.DATA) -> None:
        self.forms = forms
        self.longest = longest
        self._writers = {form.kind: form for form in (*BUILT_IN, *reversed(forms))}
        self._readers = {form.tag: form for form in (*BUILT_IN, *forms)}
        for form in forms:
            check(form, self._readers[form.tag])

    def dumps(self, value: Any, where: str = "value") -> str:
        """The JSON text of a value; `where` names it in errors. Tuples come back as lists.

        Raises:
            SerializationError: for a type that has no JSON form, with the value and its place.
        """
        return encode(self.plain(value, where), where)

    def loads(self, text: str, where: str = "value") -> Any:
        """The value of a JSON text that `dumps` wrote, or of any other JSON.

        Raises:
            SerializationError: if it is no JSON, or carries an unknown tag.
        """
        return self.untag(parse(text, where), where)

    def plain(self, value: Any, where: str) -> Any:
        """The value in JSON's own types, other types tagged; containers are copied.

        Raises:
            SerializationError: naming the value and where it sat.
        """
        kind = type(value)
        if kind in SURE:
            return value
        if kind is float:
            return number(value, where)
        if kind is list or kind is tuple:
            return [
                item if type(item) in SURE else self.plain(item, f"{where}[{n}]")
                for n, item in enumerate(value)
            ]
        if kind is dict:
            return self._mapping(value, where)
        if kind in self._writers:
            return self._tagged(self._writers[kind], value, where)
        return other(value, where)

    def untag(self, data: Any, where: str = "value") -> Any:
        """Data as it came from JSON, with tagged objects turned back into their values.

        Raises:
            SerializationError: for an unknown tag, or a value that is not of its tag's form.
        """
        if type(data) is list:
            return [self.untag(item, where) for item in data]
        if type(data) is not dict:
            return data
        if TAG not in data:
            return {key: self.untag(item, where) for key, item in data.items()}
        tag = data[TAG]
        if tag == "dict":
            return self._escaped(data, where)
        form = self._readers.get(tag) if isinstance(tag, str) else None
        if form is None:
            hint = "a plugin that registers it is not loaded here, or is older than the history"
            raise SerializationError(f"unknown tag {tag!r}", where=where, hint=hint)
        inner = self.untag(data.get("v"), where)
        try:
            return form.read(inner)
        except MISFITS as error:
            raise SerializationError(f"a broken {tag} value: {error!r}", where=where) from error

    def _tagged(self, form: Form, value: Any, where: str) -> dict[str, Any]:
        try:
            written = form.write(value)
        except MISFITS as error:
            told = f"{value!r:.200} was not written as {form.tag}: {error!r}"
            raise SerializationError(told, where=where) from error
        return {TAG: form.tag, "v": self.plain(written, where)}

    def _mapping(self, value: dict[Any, Any], where: str) -> Any:
        """A dict with text keys; one that has our own key is escaped as pairs."""
        for key in value:
            if type(key) is not str:
                raise SerializationError(
                    f"the key {key!r} is not a text",
                    where=where,
                    hint="JSON's keys are texts: str(key)",
                )
        data = {
            key: item if type(item) in SURE else self.plain(item, f"{where}[{key!r}]")
            for key, item in value.items()
        }
        return {TAG: "dict", "v": list(map(list, data.items()))} if TAG in data else data

    def _escaped(self, data: dict[str, Any], where: str) -> dict[str, Any]:
        try:
            return {key: self.untag(value, where) for key, value in data["v"]}
        except (KeyError, ValueError, TypeError) as error:
            raise SerializationError(f"a broken dict value: {error!r}", where=where) from error


def check(form: Form, claimed: Form) -> None:
    """Refuse a tag that is flowy's own, or that another type has.

    Raises:
        OptionError: naming both types.
    """
    if form.tag in RESERVED:
        raise OptionError(f"the tag {form.tag!r} is flowy's own", hint="choose another one")
    if claimed.kind is not form.kind:
        raise OptionError(
            f"the tag {form.tag!r} is claimed by {form.kind!r} and by {claimed.kind!r}",
            hint="give one of them another tag",
        )


def parse(text: str, where: str) -> Any:
    """The data of a JSON text.

    Raises:
        SerializationError: if it is none.
    """
    try:
        return decode(text)
    except ValueError as error:
        raise SerializationError(f"not JSON: {error}", where=where) from error


def decode(text: str) -> Any:
    """As json.loads: its two searches for spaces around the text would cost 2 µs.

    Raises:
        ValueError: if it is no JSON.
    """
    try:
        data, end = _raw_decode(text)
    except ValueError:
        return json.loads(text)
    return data if end == len(text) else json.loads(text)


def encode(data: Any, where: str) -> str:
    """The compact text of plain data.

    Raises:
        SerializationError: for a text that UTF-8 cannot carry.
    """
    text = _encode(data)
    try:
        _ = text.isascii() or text.encode()
    except UnicodeEncodeError as error:
        raise SerializationError(f"half a character: {error}", where=where) from error
    return text


def other(value: Any, where: str) -> Any:
    """What is handed on as it came, and enums and other subclasses of JSON's own types.

    Raises:
        SerializationError: for any other type.
    """
    if type(value) is Unopened:
        return parse(value.text, where)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    name = f"{type(value).__module__}.{type(value).__qualname__}"
    raise SerializationError(
        f"{value!r:.200} is a {name}, which has no JSON form", where=where, hint=advice(value)
    )


def number(value: float, where: str) -> float:
    """A finite float; JSON has no others."""
    if math.isfinite(value):
        return value
    raise SerializationError(
        f"{value!r} is not a number JSON can write", where=where, hint="write None or a text"
    )


def advice(value: Any) -> str:
    """What to write instead of a value that has no JSON form."""
    if isinstance(value, set | frozenset):
        return "a set has no order: pass sorted(value)"
    if dataclasses.is_dataclass(value) or isinstance(value, Enum):
        name = type(value).__name__
        return f"register it, converter=Converter(Form.of({name})), or annotate the run with it"
    return "pass numbers, texts, lists, dicts, datetime, UUID, Decimal or bytes, or register a Form"


PLAIN = Converter()
"""The converter of JSON's types and our own tags."""

dumps = PLAIN.dumps
loads = PLAIN.loads
plain = PLAIN.plain
untag = PLAIN.untag
