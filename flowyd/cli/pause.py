"""`flowyd pause`: have a pool take no tasks."""

import click

from flowyd.cli.config_option import Choice, config_option
from flowyd.cli.operations import json_option, steer
from flowyd.control.protocol import Pause


@click.command("pause")
@click.argument("pool")
@config_option
@json_option
def command(config: Choice, pool: str, as_json: bool) -> None:
    """Have POOL finish its tasks and take no more, until `flowyd resume POOL`.

    Exits with 1 if there is no such pool, 3 if no daemon runs.
    """
    steer(config, Pause(pool=pool), f"{pool} finishes its tasks and pauses", as_json=as_json)
