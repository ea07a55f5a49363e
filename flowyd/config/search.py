"""Where the configuration is: --config, $FLOWYD_CONFIG, ./flowyd.toml, /etc/flowyd/flowyd.toml.

An instance NAME has a file of its own in each of these places: flowyd.NAME.toml.
"""

from collections.abc import Mapping
from pathlib import Path

SYSTEM_WIDE = Path("/etc/flowyd")


def find(
    option: str | None, environ: Mapping[str, str], directory: Path, instance: str = ""
) -> Path:
    """The file to read. One that was named is taken even if it is not there, so that it is told."""
    named = option or environ.get("FLOWYD_CONFIG")
    if named:
        return directory / named
    name = f"flowyd.{instance}.toml" if instance else "flowyd.toml"
    local, wide = directory / name, SYSTEM_WIDE / name
    return local if local.exists() or not wide.exists() else wide
