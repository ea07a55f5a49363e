"""`flowyd dev`: all of it in the foreground, for the one who writes the plugin."""

import sys
from dataclasses import replace

import click

from flowyd.cli.config_option import Choice, config_option, reading_of
from flowyd.cli.run import supervise
from flowyd.config import Reading


@click.command("dev")
@config_option
@click.option("--plugin", "plugins", multiple=True, metavar="MODULE", help="Load this module too.")
def command(config: Choice, plugins: tuple[str, ...]) -> None:
    """Run everything in the foreground with readable logs and strict checks; Ctrl-C stops.

    A second Ctrl-C does not wait for running tasks, a third one kills. `flowyd reload` in another
    terminal loads what you changed.
    """
    sys.exit(supervise(lambda: reading_with(config, plugins), strict=True, foreground=True))


def reading_with(choice: Choice, plugins: tuple[str, ...]) -> Reading:
    """The configuration with these modules besides, and with readable logs."""
    reading = reading_of(choice)
    if reading.config is None:
        return reading
    read = reading.config
    more = replace(read.plugins, modules=(*read.plugins.modules, *plugins))
    chosen = replace(read, plugins=more, logs=replace(read.logs, format="console"))
    return replace(reading, config=chosen)
