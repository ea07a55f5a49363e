"""`flowyd stacks`: where the workers are in their code, without ending them."""

import sys

import click
import msgspec

from flowyd.cli.config_option import Choice, config_of, config_option
from flowyd.cli.operations import json_option, told_of
from flowyd.control import client, protocol
from flowyd.control.client import ControlError, NotRunning
from flowyd.control.status import SCHEMA, StacksStatus, WorkerStacks


@click.command("stacks")
@click.argument("pool", required=False)
@click.argument("slot", type=click.IntRange(0), required=False)
@config_option
@json_option
def command(config: Choice, pool: str | None, slot: int | None, as_json: bool) -> None:
    """Show the stacks of all threads of the workers of POOL, of the one in SLOT, or of all.

    The workers go on. Exits with 1 if one did not answer within two seconds or there is no such
    pool or slot, 3 if no daemon runs.
    """
    run_dir = config_of(config).run_dir
    try:
        workers = client.stacks(run_dir, protocol.Stacks(pool=pool, slot=slot))
    except (ControlError, NotRunning) as error:
        sys.exit(told_of(error, as_json=as_json))
    if as_json:
        click.echo(msgspec.json.encode(StacksStatus(SCHEMA, workers)))
    else:
        click.echo("\n\n".join(map(text_of, workers)))
    sys.exit(0 if all(worker.stacks for worker in workers) else 1)


def text_of(worker: WorkerStacks) -> str:
    """One worker for a reader."""
    who = f"{worker.pool}:{worker.slot}  pid {worker.pid}  {worker.state}  {worker.condition}"
    silent = "  it did not answer: stopped, or in a call that no signal interrupts"
    return f"{click.style(who, bold=True)}\n{worker.stacks.rstrip() or silent}"
