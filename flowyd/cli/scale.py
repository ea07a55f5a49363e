"""`flowyd scale`: have another number of workers in a pool."""

import click

from flowyd.cli.config_option import Choice, config_option
from flowyd.cli.operations import json_option, steer
from flowyd.control.protocol import MOST_PROCESSES, Scale


@click.command("scale")
@click.argument("pool")
@click.argument("processes", type=click.IntRange(0, MOST_PROCESSES))
@config_option
@json_option
def command(config: Choice, pool: str, processes: int, as_json: bool) -> None:
    """Have PROCESSES workers in POOL, until flowyd.toml is read again.

    Workers that are too many finish their tasks first. Exits with 1 if there is no such pool, 3 if
    no daemon runs.
    """
    request = Scale(pool=pool, processes=processes)
    steer(config, request, f"{pool} gets {processes} worker(s)", as_json=as_json)
