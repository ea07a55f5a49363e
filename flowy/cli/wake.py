"""`flowy wake ID`: have a parked execution decided now."""

from typing import Any

import click

from flowy.cli.output import emit, json_option, run_option
from flowy.cli.target import connect, target_options
from flowy.decider.parking import WAKE


@click.command()
@click.argument("id")
@run_option
@json_option
@target_options
def wake(id: str, run_id: str | None, as_json: bool, **place: Any) -> None:
    """End the wait of the parked execution ID: its deciders try again at once.

    It is a signal that the workflow's code never sees, so one that is not parked takes no harm.
    """
    handle = connect(**place).handle(id, run_id)
    handle.signal(WAKE)
    run = {"workflow_id": handle.id, "run_id": handle.run_id}
    emit(as_json, f"woke {handle.id}", **run)
