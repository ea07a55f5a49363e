"""References: what stands in a history for a text that was too long for it.

A reference is `{"$flowy":"ref","sha256":…,"size":…,"uri":…}`; the key is the hash of the text, so
the same text has the same reference wherever it is asked again. It may stand for a whole text, or
inside one in the place of a value: a result that was passed on whole.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from flowy.errors import PayloadError, SerializationError

MARK = '{"$flowy":"ref",'
"""How each reference begins. No text in JSON holds it by chance: its quotes would be escaped."""
LONGEST = 256 * 1024 * 1024
"""Characters of a text with its references opened: a few that repeat must not fill memory."""

_FORM = re.compile(
    r'\{"\$flowy":"ref","sha256":"([0-9a-f]{64})","size":([0-9]+),"uri":"([^"\\]*)"\}'
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A stored text: the hash of its UTF-8 bytes, how many they are, and where they were put."""

    sha256: str
    size: int
    uri: str

    def __str__(self) -> str:
        return f"{self.uri} ({self.size:,} bytes, sha256 {self.sha256[:12]}…)"


class Unopened:
    """A value that is still its text, with references that nobody has needed to open yet.

    `value` is what they stand for, once `is_open`. Passed on whole, the text goes on as it is.
    """

    __slots__ = ("is_open", "text", "value")

    def __init__(self, text: str) -> None:
        self.text = text
        self.is_open = False
        self.value: Any = None

    def __repr__(self) -> str:
        return f"<unopened {self.text:.300}>"

    def open(self, value: Any) -> None:
        """Note what the text stands for."""
        self.value, self.is_open = value, True


def key_of(text: str) -> str:
    """The hash that a text is stored under."""
    return sha256(text.encode()).hexdigest()


def write(reference: Reference) -> str:
    """The recorded form."""
    where = f'"size":{reference.size},"uri":"{reference.uri}"'
    return f'{MARK}"sha256":"{reference.sha256}",{where}}}'


def find(text: str | None) -> list[Reference]:
    """The references in a text, each once, in their order."""
    if not text or MARK not in text:
        return []
    found = (Reference(sha, int(size), uri) for sha, size, uri in _FORM.findall(text))
    return list(dict.fromkeys(found))


def mentioned(text: str) -> list[Reference]:
    """The references in a text, also those in texts that it holds: unread signals, for one."""
    found = find(text)
    while "$flowy" in text and '\\"' in text:
        text = text.replace("\\\\", "\\").replace('\\"', '"')
        found += find(text)
    return list(dict.fromkeys(found))


def fill(text: str, texts: Mapping[str, str]) -> str:
    """The text with each reference replaced by its text, where `texts` (by hash) has it.

    Raises:
        SerializationError: for one that grows beyond all measure.
    """
    counts = [len(texts.get(found[0], "")) for found in _FORM.findall(text)]
    if len(text) + sum(counts) > LONGEST:
        raise SerializationError(
            f"a text with its references opened has over {LONGEST:,} characters"
        )
    return _FORM.sub(lambda found: texts.get(found[1], found[0]), text)


def stands_for(recorded: str | None, asked: str) -> bool:
    """Whether what is recorded is a reference to just this text: no store is asked."""
    found = _FORM.fullmatch(recorded) if recorded and recorded.startswith(MARK) else None
    return found is not None and found[1] == key_of(asked)


def gather(
    texts: Iterable[str], load: Callable[[Sequence[Reference]], Mapping[str, str]]
) -> dict[str, str]:
    """The texts, by hash, of all references in some texts and inside of what they stand for.

    Those that are not to be had are left out.
    """
    found: dict[str, str] = {}
    left = [reference for text in texts for reference in mentioned(text)]
    while left:
        reference = left.pop()
        if reference.sha256 in found:
            continue
        with suppress(PayloadError):  # who needs it will tell
            found |= load((reference,))
            left += mentioned(found[reference.sha256])
    return found
