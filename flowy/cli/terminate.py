"""`flowy terminate ID`: close an execution at once."""

from typing import Any

import click

from flowy.cli.output import emit, json_option, run_option
from flowy.cli.target import connect, target_options


@click.command()
@click.argument("id")
@click.option("--reason", default="", help="Why; it is written into the history.")
@run_option
@json_option
@target_options
def terminate(id: str, reason: str, run_id: str | None, as_json: bool, **place: Any) -> None:
    """Close the open execution ID at once: its code gets no say. Prefer `flowy cancel`."""
    handle = connect(**place).handle(id, run_id)
    handle.terminate(reason)
    emit(as_json, f"terminated {handle.id}", workflow_id=handle.id, run_id=handle.run_id)
