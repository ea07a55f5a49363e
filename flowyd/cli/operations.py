"""What the commands that steer one pool have in common: ask, say what was done, exit."""

import sys

import click
import msgspec

from flowyd.cli.config_option import Choice, config_of
from flowyd.control import client, protocol
from flowyd.control.client import ControlError, NotRunning
from flowyd.control.status import SCHEMA

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")


def steer(choice: Choice, request: protocol.OfPool, done: str, *, as_json: bool) -> None:
    """Have the daemon do it. Exits with 1 if it refuses, 3 if none runs."""
    run_dir = config_of(choice).run_dir
    try:
        client.operate(run_dir, request)
    except (ControlError, NotRunning) as error:
        sys.exit(told_of(error, as_json=as_json))
    click.echo(msgspec.json.encode({"schema": SCHEMA, "done": True}) if as_json else done)


def told_of(error: ControlError | NotRunning, *, as_json: bool) -> int:
    """Say that it came to nothing, and why; the exit code."""
    if as_json:
        click.echo(msgspec.json.encode({"schema": SCHEMA, "done": False, "why": str(error)}))
    click.echo(str(error), err=True)
    return 3 if isinstance(error, NotRunning) else 1
