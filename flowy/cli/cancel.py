"""`flowy cancel ID`: ask an execution to cancel itself."""

from typing import Any

import click

from flowy.cli.output import emit, json_option, run_option
from flowy.cli.target import connect, target_options


@click.command()
@click.argument("id")
@run_option
@json_option
@target_options
def cancel(id: str, run_id: str | None, as_json: bool, **place: Any) -> None:
    """Ask the open execution ID to cancel itself: its code cleans up and decides how it closes."""
    handle = connect(**place).handle(id, run_id)
    handle.cancel()
    emit(as_json, f"asked {handle.id} to cancel", workflow_id=handle.id, run_id=handle.run_id)
