"""The option --config, and what every command does with a configuration that is wrong."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from flowy.errors import Fault
from flowyd.config import Config, Reading, find, read

EX_CONFIG = 78

config_option = click.option(
    "--config",
    metavar="FILE",
    help="flowyd.toml; else $FLOWYD_CONFIG, ./flowyd.toml, /etc/flowyd/flowyd.toml.",
)


def reading_of(option: str | None) -> Reading:
    """Read the file that the option, the environment or the usual places name."""
    path = find(option, os.environ, Path.cwd())
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return read(shown, os.environ)


def config_of(option: str | None) -> Config:
    """The configuration; tells all faults and exits with 78 if any is an error."""
    reading = reading_of(option)
    tell(reading.faults)
    if reading.config is None:
        sys.exit(EX_CONFIG)
    return reading.config


def tell(faults: Iterable[Fault]) -> None:
    """Faults on standard error, one after the other."""
    colours = {"error": "red", "warning": "yellow"}
    for fault in faults:
        severity = click.style(fault.severity, fg=colours.get(fault.severity), bold=True)
        click.echo(f"{severity}: {fault}", err=True)
