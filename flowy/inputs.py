"""The input form with its arguments in a payload store, and its meta still to be read.

`{"$flowy":1,"arguments":<reference>,"meta":{…}}`: a worker finds its time-outs without opening it,
and replay compares the hash of the arguments alone.
"""

import json
from collections.abc import Callable
from typing import Literal

import msgspec
from msgspec import Struct

from flowy import references
from flowy.converter import encode
from flowy.forms import Meta
from flowy.swf import limits
from flowy.tags import TAG


class InputParts(Struct, frozen=True):
    """The input form, with its parts still text."""

    form: Literal[1] = msgspec.field(name=TAG)
    args: msgspec.Raw
    kwargs: msgspec.Raw
    meta: msgspec.Raw = msgspec.Raw()


class InputMeta(Struct, frozen=True):
    """The meta of an input form, whatever stands beside it."""

    form: Literal[1] = msgspec.field(name=TAG)
    meta: Meta = Meta()


LONGEST_META = limits.DATA // 2
"""Characters of a meta that stays readable; only signals that nobody read make it longer."""
REFERRED = f'{{"{TAG}":1,"arguments":'
"""How an input form begins whose arguments are in a payload store."""


_ENDS = frozenset({"", "}", ',"meta":'})
"""What follows the arguments in a recorded text."""


def refer_input(text: str, store: Callable[[str], str]) -> str:
    """An input form with its arguments in a store, its meta still to be read; else all of it there.

    `store` takes a text and gives the reference to it. A meta with many unread signals of the run
    before goes there, too.
    """
    try:
        parts = msgspec.json.decode(text, type=InputParts)
    except msgspec.MsgspecError:
        return store(text)
    arguments = f'{{"{TAG}":1,"args":{raw(parts.args)},"kwargs":{raw(parts.kwargs)}}}'
    meta = raw(parts.meta)
    meta = store(meta) if len(meta) > LONGEST_META else meta
    return f"{REFERRED}{store(arguments)}" + (f',"meta":{meta}}}' if meta else "}")


def raw(part: msgspec.Raw) -> str:
    """A part of a text, as it stood there."""
    return bytes(part).decode()


def same_arguments(recorded: str | None, arguments: str) -> bool:
    """Whether a recorded input holds just these arguments, whatever its meta.

    Arguments in a payload store are compared by their hash.
    """
    text = recorded or ""
    # Of a foreign form, a signal's or a Lambda function's, all is compared.
    if text.startswith(arguments) and text[len(arguments) : len(arguments) + 8] in _ENDS:
        return True
    if text.startswith(REFERRED):
        found = references.find(text)
        return bool(found) and found[0].sha256 == references.key_of(arguments + "}")
    return references.stands_for(recorded, arguments)


def without_meta(text: str) -> str:
    """A recorded input as `write_arguments` wrote it; any other text as it is."""
    try:
        data = json.loads(text)
    except ValueError:
        return text
    if not isinstance(data, dict) or data.get(TAG) != 1:
        return text
    data.pop("meta", None)
    return encode(data, "the recorded input")[:-1]


def read_meta(text: str | None) -> Meta:
    """The meta of an input, whose arguments may be in a payload store; none for a foreign input."""
    try:
        return msgspec.json.decode(text or "{}", type=InputMeta).meta
    except (msgspec.MsgspecError, UnicodeError):
        return Meta()
