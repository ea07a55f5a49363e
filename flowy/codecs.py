"""Codecs: texts compressed or encrypted on their way into a history or a store, and back.

A coded text is `flowy1:<codec>:<base64>`; several codecs in a row stand with `+` between their
names, the first one first. They run at the edge: replay compares the texts before them.
"""

import base64
import binascii
import gzip
import zlib
from collections.abc import Iterable, Sequence
from typing import Protocol

from flowy.errors import PayloadError
from flowy.references import LONGEST

PREFIX = "flowy1:"
FRAME = 32
"""More characters than the prefix and the names of some codecs have."""


class Codec(Protocol):
    """One way to write bytes as others. Its name stays in histories: letters, digits, - and _."""

    @property
    def name(self) -> str:
        """What texts of this codec carry."""

    def encode(self, data: bytes) -> bytes | None:
        """The other bytes, or None: these are better left as they are."""

    def decode(self, data: bytes) -> bytes:
        """The bytes that `encode` got; raises PayloadError or ValueError for any others."""


class Zlib:
    """zlib's compression; what it does not make shorter stays as it is."""

    name = "zlib"

    def encode(self, data: bytes) -> bytes | None:
        """The compressed bytes, if they are fewer also once written in base64."""
        return shorter(zlib.compress(data), data)

    def decode(self, data: bytes) -> bytes:
        """The bytes again.

        Raises:
            PayloadError: for what is not zlib's, or grows beyond all measure.
        """
        return inflated(data, zlib.MAX_WBITS)


class Gzip:
    """The same compression in gzip's frame, for who looks at it with other tools."""

    name = "gzip"

    def encode(self, data: bytes) -> bytes | None:
        """The compressed bytes, if they are fewer also once written in base64."""
        return shorter(gzip.compress(data, mtime=0), data)

    def decode(self, data: bytes) -> bytes:
        """The bytes again.

        Raises:
            PayloadError: for what is not gzip's, or grows beyond all measure.
        """
        return inflated(data, 16 + zlib.MAX_WBITS)


def shorter(packed: bytes, data: bytes) -> bytes | None:
    """The packed bytes, where base64 does not eat the gain."""
    return packed if len(packed) * 4 // 3 + FRAME < len(data) else None


def inflated(data: bytes, window: int) -> bytes:
    """Decompressed bytes, of a bearable number.

    Raises:
        PayloadError: for what is broken, cut short or too much.
    """
    stream = zlib.decompressobj(window)
    try:
        found = stream.decompress(data, LONGEST)
    except zlib.error as error:
        raise PayloadError(f"a compressed text is broken: {error}") from error
    if not stream.eof:
        raise PayloadError(f"a compressed text is cut short, or has over {LONGEST:,} bytes")
    return found


class Codecs:
    """The codecs of one process: those that write, in order, and all that it can read."""

    def __init__(self, write: Sequence[Codec] = (), known: Iterable[Codec] = ()) -> None:
        self._write = tuple(write)
        read: list[Codec] = [Zlib(), Gzip(), *known, *write]
        self._read = {codec.name: codec for codec in read}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of those that write."""
        return tuple(codec.name for codec in self._write)

    def encode(self, text: str) -> str:
        """The coded text; one that is coded already, or that no codec wants, stays as it is."""
        if not self._write or text.startswith(PREFIX):
            return text
        data, names = text.encode(), []
        for codec in self._write:
            coded = codec.encode(data)
            if coded is not None:
                data = coded
                names.append(codec.name)
        return f"{PREFIX}{'+'.join(names)}:{base64.b64encode(data).decode()}" if names else text

    def decode(self, text: str) -> str:
        """The text that was coded; any other text is itself.

        Raises:
            PayloadError: for an unknown codec, a wrong key, or a broken text.
        """
        if not text.startswith(PREFIX):
            return text
        names, _, body = text.removeprefix(PREFIX).partition(":")
        try:
            data = base64.b64decode(body, validate=True)
            for name in reversed(names.split("+")):
                data = self._known(name).decode(data)
            return data.decode()
        except (binascii.Error, ValueError) as error:
            raise PayloadError(f"a text of the codec {names!r} is broken: {error}") from error

    def _known(self, name: str) -> Codec:
        if name in self._read:
            return self._read[name]
        hint = f"known here: {', '.join(self._read)}; see [payloads] codecs and its keys"
        raise PayloadError(f"a text was written by the codec {name!r}, unknown here", hint=hint)
