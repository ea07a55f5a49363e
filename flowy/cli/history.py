"""`flowy history ID`: the events of an execution."""

import json
from typing import Any

import click

from flowy.cli.target import connect, target_options
from flowy.cli.texts import event_line
from flowy.swf.wire import event_to_wire


@click.command()
@click.argument("id")
@click.option("--run-id", help="The runId; without it the open run, else the latest.")
@click.option("--json", "as_json", is_flag=True, help="SWF's own shape, one event a line.")
@target_options
def history(id: str, run_id: str | None, as_json: bool, **place: Any) -> None:
    """Print the events of the execution ID, oldest first."""
    for event in connect(**place).handle(id, run_id).history():
        click.echo(json.dumps(event_to_wire(event)) if as_json else event_line(event))
