"""Loading code into a command: the plugins that flowyd.toml names, and modules by name."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowy.cli.configuration import config_path, plugin_table
from flowy.errors import FlowyError

if TYPE_CHECKING:
    from flowy.plugins import Loaded


class LoadError(FlowyError):
    """Code that was asked for does not load."""


plugin_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--plugin", "modules", multiple=True, metavar="MODULE", help="Load this module too."
)


def load_code(config: str | None, modules: Sequence[str]) -> "Loaded":
    """The plugins of the configuration and some modules; without both, all that are installed.

    The current directory comes last on the path, as it does for flowyd: it shadows nothing.

    Raises:
        LoadError: if one of them does not load; warnings go to standard error.
    """
    from flowy.plugins import load  # what only shows help loads no code

    sys.path.append(str(Path.cwd()))
    path = config_path(config, os.environ, Path.cwd())
    table = plugin_table(path) if path else {"enabled": []} if modules else {}
    loaded = load(table.get("enabled"), [*(table.get("modules") or ()), *modules])
    errors = [fault for fault in loaded.faults if fault.severity == "error"]
    for fault in loaded.faults:
        if fault.severity != "error":
            click.echo(f"{fault.severity}: {fault}", err=True)
    if errors:
        raise LoadError("\n".join(map(str, errors)))
    return loaded
