"""Payloads that a decider has loaded: a cold replay wants the same ones as the replay before."""

from collections.abc import Sequence

from flowy.decider.decide import Load
from flowy.references import Reference

ROOM = 16 * 1024 * 1024
"""Characters that are remembered. A text that would take more than a quarter is not."""


class Remembered:
    """A loader in front of another: texts by hash, the least recently wanted is forgotten first.

    A payload never changes, its key being its content's hash. For one thread.
    """

    def __init__(self, load: Load, room: int = ROOM) -> None:
        self._load = load
        self._room = self._free = room
        self._texts: dict[str, str] = {}  # in the order in which they were wanted last

    def __call__(self, wanted: Sequence[Reference]) -> dict[str, str]:
        """The texts of references, by hash; what is missing here is loaded.

        Raises:
            PayloadError, ServiceError: as the loader does.
        """
        found = {key: self._texts.pop(key) for key in keys_of(wanted) if key in self._texts}
        self._texts.update(found)
        missing = [reference for reference in wanted if reference.sha256 not in found]
        for key, text in (self._load(missing) if missing else {}).items():
            found[key] = text
            self._remember(key, text)
        return found

    def _remember(self, key: str, text: str) -> None:
        if len(text) > self._room // 4:
            return
        self._texts[key] = text
        self._free -= len(text)
        while self._free < 0:
            self._free += len(self._texts.pop(next(iter(self._texts))))


def keys_of(wanted: Sequence[Reference]) -> list[str]:
    """The hashes of references, each once."""
    return list(dict.fromkeys(reference.sha256 for reference in wanted))
