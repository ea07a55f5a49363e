"""`flowyd restart`: replace workers of a pool."""

import click

from flowyd.cli.config_option import Choice, config_option
from flowyd.cli.operations import json_option, steer
from flowyd.control.protocol import Restart


@click.command("restart")
@click.argument("pool")
@click.argument("slot", type=click.IntRange(0), required=False)
@config_option
@json_option
def command(config: Choice, pool: str, slot: int | None, as_json: bool) -> None:
    """Replace the workers of POOL, or the one in SLOT; each finishes its task first.

    A replacement is ready before its predecessor leaves. It has the same code: `flowyd reload`
    loads new one. Exits with 1 if there is no such pool or slot, 3 if no daemon runs.
    """
    what = pool if slot is None else f"{pool}:{slot}"
    steer(config, Restart(pool=pool, slot=slot), f"{what} is replaced", as_json=as_json)
