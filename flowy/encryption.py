"""Encryption of texts, by the package `cryptography` (the extra `flowyd[encryption]`)."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path

from flowy.errors import PayloadError

HINT = "make a key: head -c 32 /dev/urandom | base64 | tr +/ -_"


class Fernet:
    """Fernet (AES-128-CBC with HMAC-SHA256). The first key encrypts, all of them decrypt.

    To rotate keys put a new one first, on all hosts as the second one before: what an older key
    encrypted stays readable as long as that key is given.

    Raises:
        PayloadError: without a key, for one that is none, or without `cryptography`.
    """

    name = "fernet"

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            from cryptography import fernet  # an extra: only who encrypts needs it
        except ImportError as error:
            hint = "pip install flowyd[encryption]"
            raise PayloadError("the package cryptography is not installed", hint=hint) from error
        if not keys:
            raise PayloadError("there is no key to encrypt with", hint=HINT)
        try:
            self._keys = fernet.MultiFernet([fernet.Fernet(key) for key in keys])
        except ValueError as error:  # its text may hold the key: tell nothing of it
            raise PayloadError("a key is not 32 bytes in urlsafe base64", hint=HINT) from error
        self._refused = fernet.InvalidToken

    def __repr__(self) -> str:
        return "<Fernet>"

    def encode(self, data: bytes) -> bytes:
        """The encrypted bytes: other ones each time."""
        return base64.urlsafe_b64decode(self._keys.encrypt(data))

    def decode(self, data: bytes) -> bytes:
        """The bytes again.

        Raises:
            PayloadError: if no key fits, or somebody changed them.
        """
        try:
            return self._keys.decrypt(base64.urlsafe_b64encode(data))
        except self._refused as error:
            hint = "give the key that encrypted it, after the first one"
            raise PayloadError("no key decrypts a text, or it was changed", hint=hint) from error


def read_keys(file: Path | None, variable: str | None, environ: Mapping[str, str]) -> list[str]:
    """The keys in a file and in a variable of the environment: one a line, `#` begins a comment.

    Raises:
        PayloadError: for a file or a variable that is not there.
    """
    texts = []
    if file is not None:
        try:
            texts.append(file.read_text(encoding="ascii"))
        except (OSError, UnicodeDecodeError) as error:
            raise PayloadError(f"the keys in {file} cannot be read: {error}") from error
    if variable is not None:
        if variable not in environ:
            raise PayloadError(f"the variable {variable}, which should hold keys, is not set")
        texts.append(environ[variable].replace(",", "\n"))
    lines = [line.partition("#")[0].strip() for text in texts for line in text.splitlines()]
    return [line for line in lines if line]
