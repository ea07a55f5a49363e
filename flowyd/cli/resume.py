"""`flowyd resume`: have a paused or held pool work again."""

import click

from flowyd.cli.config_option import Choice, config_option
from flowyd.cli.operations import json_option, steer
from flowyd.control.protocol import Resume


@click.command("resume")
@click.argument("pool")
@config_option
@json_option
def command(config: Choice, pool: str, as_json: bool) -> None:
    """Have POOL work again: one that was paused, or one that gave up starting its workers.

    Exits with 1 if there is no such pool, 3 if no daemon runs.
    """
    steer(config, Resume(pool=pool), f"{pool} starts its workers", as_json=as_json)
