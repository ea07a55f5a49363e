"""The options --config and -i, and what every command does with a configuration that is wrong."""

import os
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from flowy.errors import Fault
from flowy.own_names import own_names
from flowyd.config import Config, Reading, find, read

EX_CONFIG = 78
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Choice:
    """Which daemon is meant: its configuration file, if one was named, and its instance's name."""

    path: str | None = None
    instance: str = ""


def config_option(command: F) -> F:
    """Give a command the options; both become one argument, `config`, a `Choice`."""
    instance = click.option(
        "-i",
        "--instance",
        metavar="NAME",
        callback=named_instance,
        expose_value=False,
        is_eager=True,
        help="One of several daemons on this host; its file is flowyd.NAME.toml.",
    )
    path = click.option(
        "--config",
        metavar="FILE",
        callback=lambda context, _, value: Choice(value, context.meta.get(__name__, "")),
        help="flowyd.toml; else $FLOWYD_CONFIG, ./flowyd.toml, /etc/flowyd/flowyd.toml.",
    )
    return instance(path(command))


def named_instance(context: click.Context, _: click.Parameter, value: str | None) -> None:
    """Keep the instance's name for the other option.

    Raises:
        click.BadParameter: for a name that is no part of a file's name.
    """
    if value is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", value):
        raise click.BadParameter("letters, digits, '.', '_' and '-' only, at most 64")
    context.meta[__name__] = value or ""


def reading_of(choice: Choice) -> Reading:
    """Read the file that the options, the environment or the usual places name."""
    path = find(choice.path, os.environ, Path.cwd(), choice.instance)
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return read(shown, os.environ, own_names(choice.instance))


def config_of(choice: Choice) -> Config:
    """The configuration; tells all faults and exits with 78 if any is an error."""
    return sound(reading_of(choice))


def sound(reading: Reading) -> Config:
    """The configuration that was read; tells all faults and exits with 78 if any is an error."""
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
