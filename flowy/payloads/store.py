"""What a payload store does: it keeps bytes under the hash of the text that they stand for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from flowy.errors import PayloadError, ServiceUnreachable

_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Stored:
    """A payload in a store: its key, its bytes, and when it was put there last (ms, epoch)."""

    key: str
    size: int
    at: int


class Store(Protocol):
    """A payload store. Keys are 64 hex digits; a payload is put again whenever it is used again.

    `flowy.payloads.DirectoryStore` and `flowy.payloads.s3.S3Store` are ours; a plugin may give
    another one (hook `flowy_payload_store`). All raise ServiceUnreachable while the store is down.
    """

    def put(self, key: str, data: bytes) -> str:
        """Keep these bytes, over any that were there; the URI of where they are, for people."""

    def get(self, key: str) -> bytes:
        """The bytes; raises PayloadError if there are none."""

    def list(self) -> Iterator[Stored]:
        """All payloads."""

    def delete(self, key: str) -> None:
        """Remove a payload; none is removed in peace."""


def path_of(key: str) -> str:
    """Where a payload lies below the root: `ab/ab12…`. Nothing but a hash is ever a part of it.

    Raises:
        PayloadError: for a key that is no hash.
    """
    if not _KEY.fullmatch(key):
        raise PayloadError(f"{key!r:.80} is no key of a payload")
    return f"{key[:2]}/{key}"


def missing(key: str, where: str) -> PayloadError:
    """The error for a payload that is not in its store."""
    hint = "was it removed too early, or is another store configured than the one that wrote it?"
    return PayloadError(f"the payload {key} is not in {where}", hint=hint)


def unreachable(where: str, error: Exception) -> ServiceUnreachable:
    """The error for a store that does not answer."""
    hint = "see [payloads] store; tasks wait and try again"
    return ServiceUnreachable("PayloadStore", f"{where}: {error}", hint=hint)
