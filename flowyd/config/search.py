"""Where `flowyd.toml` is: --config, $FLOWYD_CONFIG, ./flowyd.toml, /etc/flowyd/flowyd.toml."""

from collections.abc import Mapping
from pathlib import Path

NAME = "flowyd.toml"
SYSTEM_WIDE = Path("/etc/flowyd") / NAME


def find(option: str | None, environ: Mapping[str, str], directory: Path) -> Path:
    """The file to read. One that was named is taken even if it is not there, so that it is told."""
    named = option or environ.get("FLOWYD_CONFIG")
    if named:
        return directory / named
    local = directory / NAME
    return local if local.exists() or not SYSTEM_WIDE.exists() else SYSTEM_WIDE
