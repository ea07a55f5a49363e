"""Ids of runs, in the shape of the service's own."""

import base64
import hashlib


class RunIds:
    """Makes run ids: two digits of a cluster, then 44 characters of base64 with its `+ / =`.

    `salt` makes them differ from those of any other start of an engine.
    """

    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self._made = 0

    def __call__(self) -> str:
        self._made += 1
        raw = hashlib.sha256(self._salt + self._made.to_bytes(8, "big")).digest()
        return "22" + base64.b64encode(raw).decode()
