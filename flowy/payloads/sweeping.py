"""Which payloads nobody refers to any more: what no open or kept execution's history names."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from flowy import references
from flowy.payloads.crossing import Payloads, texts_of
from flowy.payloads.store import Stored
from flowy.swf.descriptions import ExecutionInfo
from flowy.swf.events import Event
from flowy.swf.values import ExecutionId


class Histories(Protocol):
    """A domain's executions, the open ones and those that it still keeps."""

    @property
    def payloads(self) -> Payloads:
        """How its texts cross."""

    def executions(self, *, open: bool) -> Iterator[ExecutionInfo]:
        """All executions of one state."""

    def history(self, execution: ExecutionId) -> Iterable[Event]:
        """The events of one run."""


def unreferred(domain: Histories, stored: Iterable[Stored], before: int) -> list[Stored]:
    """What may be removed: put before a moment (ms), and named by no history nor by a payload.

    A payload is put before its execution's history names it, and put again when it is used again;
    so the moment must lie further back than any such step takes. Whatever cannot be read ends this:
    nothing is removed on a guess.

    Raises:
        PayloadError, ServiceError: if a history or a payload cannot be read.
    """
    known = {found.key: found for found in stored}
    old = {key for key, found in known.items() if found.at < before}
    if not old:
        return []
    named = keys_in(domain, set(known))
    return [known[key] for key in sorted(old - named)]


def keys_in(domain: Histories, stored: set[str]) -> set[str]:
    """The keys that histories name, and those that the payloads behind them name in turn."""
    named: set[str] = set()
    for text in all_texts(domain):
        left = references.mentioned(text)
        while left:
            reference = left.pop()
            if reference.sha256 in named:
                continue
            named.add(reference.sha256)
            if reference.sha256 in stored:
                inner = domain.payloads.load((reference,))[reference.sha256]
                left += references.mentioned(inner)
    return named


def all_texts(domain: Histories) -> Iterator[str]:
    """Each text in the history of each execution."""
    for state in (True, False):
        for found in domain.executions(open=state):
            for event in domain.history(found.execution):
                yield from texts_of(event)
