"""`flowyd status`: what runs, what does not, and why."""

import sys

import click
import msgspec

from flowyd.cli.config_option import Choice, config_of, config_option
from flowyd.cli.status_table import show
from flowyd.control import client
from flowyd.control.client import ControlError, NotRunning
from flowyd.control.status import SCHEMA, Status

OK, DEGRADED, HELD, NOT_RUNNING = 0, 1, 2, 3


@click.command("status")
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
def command(config: Choice, as_json: bool) -> None:
    """Show the daemon, its children, pools and workers.

    Exits with 0 if all is ok; 1 if it is degraded, starting or stopping; 2 if a pool is held;
    3 if no daemon runs.
    """
    run_dir = config_of(config).run_dir
    try:
        status = client.status(run_dir)
    except ControlError as error:
        click.echo(str(error), err=True)
        sys.exit(DEGRADED)
    except NotRunning as error:
        if as_json:
            click.echo(msgspec.json.encode({"schema": SCHEMA, "state": "not running"}))
        click.echo(str(error), err=True)
        sys.exit(NOT_RUNNING)
    if as_json:
        click.echo(msgspec.json.encode(status))
    else:
        show(status)
    sys.exit(exit_code(status))


def exit_code(status: Status) -> int:
    """The exit code that says the state."""
    if status.state == "ok":
        return OK
    return HELD if status.state == "held" else DEGRADED
