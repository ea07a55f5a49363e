"""The `flowyd.toml` that a command reads, and the environment over it."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flowy.errors import FlowyError

NAME = "flowyd.toml"
SYSTEM_WIDE = Path("/etc/flowyd") / NAME


class TargetError(FlowyError):
    """It is not clear, or not true, where SWF is."""


def config_path(config: str | None, environ: Mapping[str, str], directory: Path) -> Path | None:
    """The file to read: one that is named must be there, the usual places may be empty."""
    named = config or environ.get("FLOWYD_CONFIG")
    if named:
        return directory / named
    return next((path for path in (directory / NAME, SYSTEM_WIDE) if path.exists()), None)


def plugin_table(path: Path) -> dict[str, list[str]]:
    """The file's table [plugins]: `enabled` entry points and `modules`, as far as they are there.

    Raises:
        TargetError: if the file cannot be read, or the table is not of that shape.
    """
    table = parsed(path).get("plugins", {})
    lists = table.values() if isinstance(table, dict) else [None]
    if not all(isinstance(names, list) and {*map(type, names)} <= {str} for names in lists):
        raise TargetError(f"{path}: [plugins] holds lists of names", hint="try flowyd check")
    return {key: table[key] for key in ("enabled", "modules") if key in table}


def parsed(path: Path) -> dict[str, Any]:
    """The file's tables.

    Raises:
        TargetError: if it cannot be read.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TargetError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise TargetError(f"{path} is not TOML: {error}", hint="try flowyd check") from error


def overlay(environ: Mapping[str, str], prefix: str, keys: tuple[str, ...]) -> dict[str, str]:
    """The keys that the environment gives."""
    names = {key: prefix + key.upper() for key in keys}
    return {key: environ[name] for key, name in names.items() if name in environ}
