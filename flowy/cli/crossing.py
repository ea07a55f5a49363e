"""The payload store and the codecs that a `flowyd.toml` names, for the commands."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from flowy.cli.configuration import TargetError, overlay, parsed
from flowy.codecs import Codec
from flowy.payloads import Payloads, PayloadSettings

TEXTS = ("store", "keys_file", "keys_env", "converter")
PREFIX = "FLOWYD_PAYLOADS_"


def payloads_of(path: Path | None, domain: str) -> Payloads:
    """The payloads of a domain, as a file and the environment say.

    Raises:
        TargetError: for a table that is not of its shape.
        OptionError, PayloadError: for a store, a codec or keys that are not to be had.
    """
    from flowy.payloads.stores import open_payloads  # what only shows help opens no store

    settings = payload_settings(path, os.environ)
    codecs: Sequence[Codec] = ()
    if set(settings.codecs) - {"zlib", "gzip", "fernet"}:
        from flowy.cli.loading import load_code  # only who names a plugin's codec loads plugins

        codecs = load_code(None if path is None else str(path), ()).brought.codecs
    return open_payloads(settings, domain, os.environ, codecs)


def payload_settings(path: Path | None, environ: Mapping[str, str]) -> PayloadSettings:
    """The table [payloads], with FLOWYD_PAYLOADS_* of the environment over it.

    Raises:
        TargetError: if it is not of its shape.
    """
    table = {} if path is None else parsed(path).get("payloads", {})
    try:
        said: dict[str, Any] = {**table, **overlay(environ, PREFIX, (*TEXTS, "threshold"))}
        for name, text in overlay(environ, PREFIX, ("codecs",)).items():
            said[name] = [part.strip() for part in text.split(",")]
        found = msgspec.convert(said, PayloadSettings, strict=False)
    except (msgspec.ValidationError, TypeError) as error:
        raise TargetError(f"[payloads]: {error}", hint="try flowyd check") from error
    if path is None or found.keys_file is None:
        return found
    file = str((path.parent / found.keys_file).resolve())
    return replace(found, keys_file=file)
