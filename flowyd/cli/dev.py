"""`flowyd dev`: all of it in the foreground, for the one who writes the plugin."""

import sys
from dataclasses import replace

import click

from flowyd.cli.config_option import Choice, config_of, config_option
from flowyd.cli.run import supervise


@click.command("dev")
@config_option
@click.option("--plugin", "plugins", multiple=True, metavar="MODULE", help="Load this module too.")
def command(config: Choice, plugins: tuple[str, ...]) -> None:
    """Run everything in the foreground with readable logs and strict checks; Ctrl-C stops.

    A second Ctrl-C does not wait for running tasks, a third one kills.
    """
    read = config_of(config)
    modules = (*read.plugins.modules, *plugins)
    chosen = replace(
        read,
        plugins=replace(read.plugins, modules=modules),
        logs=replace(read.logs, format="console"),
    )
    sys.exit(supervise(chosen, strict=True, foreground=True))
