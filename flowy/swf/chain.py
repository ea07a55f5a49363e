"""Credentials that are looked for by the first request, in the process that makes it.

boto3 asks its chain (environment, files, the metadata service …) when a client is made. The daemon
makes its clients once, before it forks: nothing may be asked for there, and no socket be opened.
"""

from collections.abc import Callable
from typing import Any

from botocore.credentials import Credentials

Load = Callable[[], Credentials | None]


class LateCredentials:
    """What botocore takes for credentials; the chain is asked at the first look."""

    method = "flowy-late"

    def __init__(self, load: Load, otherwise: Credentials | None) -> None:
        self._load = load
        self._otherwise = otherwise
        self._found: Credentials | None = None

    def get_frozen_credentials(self) -> Any:
        """Keys that go together; None if there are none. Those that expire are renewed here."""
        self._found = self._found or self._load() or self._otherwise
        return self._found.get_frozen_credentials() if self._found else None

    def get_deferred_property(self, name: str) -> Callable[[], Any]:
        """A property, looked up when it is needed."""
        return lambda: getattr(self.get_frozen_credentials(), name, None)


class LateChain:
    """In place of botocore's chain, which is asked later."""

    def __init__(self, load: Load, otherwise: Credentials | None) -> None:
        self._late = LateCredentials(load, otherwise)

    def load_credentials(self) -> LateCredentials:
        """The credentials, which nobody has looked for yet."""
        return self._late
