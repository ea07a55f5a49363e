"""`flowy list`: executions, newest first."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import click

from flowy.cli.output import emit, json_option, told
from flowy.cli.target import connect, target_options
from flowy.cli.texts import moment
from flowy.client import Client
from flowy.swf.descriptions import ExecutionInfo


@click.command("list")
@click.option("--open", "which", flag_value="open", help="Only open ones.")
@click.option("--closed", "which", flag_value="closed", help="Only closed ones.")
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=50,
    show_default=True,
    help="At most so many of each.",
)
@json_option
@target_options
def executions(which: str | None, limit: int, as_json: bool, **place: Any) -> None:
    """List executions, open ones first, newest first."""
    client = connect(**place)
    states = [state for state in ("open", "closed") if which in (None, state)]
    found = [info for state in states for info in islice(found_in(client, state), limit)]
    emit(as_json, "\n".join(map(line, found)), executions=[*map(told, found)])


def found_in(client: Client, state: str) -> Iterator[ExecutionInfo]:
    """The executions of one state."""
    return client.swf.executions(open=state == "open")


def line(found: ExecutionInfo) -> str:
    """One execution in one line."""
    run, started = found.execution, moment(found.started_at)
    return f"{found.status:<17} {started}  {found.type}  {run.workflow_id}  {run.run_id}"
