"""`flowy signal ID NAME`: send a signal."""

from typing import Any

import click

from flowy.cli.output import emit, json_option, run_option, value_of
from flowy.cli.target import connect, target_options


@click.command()
@click.argument("id")
@click.argument("name")
@click.argument("value", metavar="[JSON]", required=False)
@run_option
@json_option
@target_options
def signal(
    id: str, name: str, value: str | None, run_id: str | None, as_json: bool, **place: Any
) -> None:
    """Send the signal NAME to the open execution ID, with a value in JSON if one is given."""
    given = value_of(value, "JSON")
    handle = connect(**place).handle(id, run_id)
    handle.signal(name, given)
    run = {"workflow_id": handle.id, "run_id": handle.run_id}
    emit(as_json, f"sent {name} to {handle.id}", **run, signal=name)
