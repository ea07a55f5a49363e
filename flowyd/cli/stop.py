"""`flowyd stop`: stop the daemon and wait for its end."""

import sys

import click

from flowyd.cli.config_option import Choice, config_of, config_option
from flowyd.control import client
from flowyd.control.client import ControlError, NotRunning


@click.command("stop")
@config_option
@click.option("--timeout", type=float, metavar="SECONDS", help="Give up waiting after so long.")
def command(config: Choice, timeout: float | None) -> None:
    """Let the running tasks finish, then stop; returns once the daemon is gone.

    Exits with 3 if none runs, 1 if it refused or is not gone in time.
    """
    run_dir = config_of(config).run_dir
    try:
        client.stop(run_dir, wait=timeout)
    except NotRunning as error:
        click.echo(str(error), err=True)
        sys.exit(3)
    except ControlError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except TimeoutError:
        click.echo(f"flowyd still drains after {timeout:g} s; `flowyd status` tells", err=True)
        sys.exit(1)
    click.echo("flowyd stopped")
