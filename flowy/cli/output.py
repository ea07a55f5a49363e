"""What commands print: text for people, or one JSON object with its schema's version."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from flowy.swf.descriptions import ExecutionInfo

SCHEMA = 1
"""The version of all objects that --json prints; it grows when a key is renamed or goes away."""

json_option = click.option(
    "--json", "as_json", is_flag=True, help="One JSON object, with the version of its schema."
)


def emit(as_json: bool, text: str, **data: Any) -> None:
    """Print an outcome in the form that was asked for; an empty text prints nothing."""
    if as_json:
        click.echo(json.dumps({"schema": SCHEMA, **data}, ensure_ascii=False))
    elif text:
        click.echo(text)


def told(found: "ExecutionInfo") -> dict[str, Any]:
    """What is known of an execution, for --json; times in milliseconds since the epoch."""
    return {
        "workflow_id": found.execution.workflow_id,
        "run_id": found.execution.run_id,
        "type": str(found.type),
        "status": found.status,
        "cancel_requested": found.cancel_requested,
        "started": found.started_at,
        "closed": found.closed_at,
        "tags": list(found.tags),
    }


def value_of(text: str | None, name: str) -> Any:
    """The value of a JSON text that was given as an argument; None if none was."""
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        hint = "a text goes in double quotes of its own"
        raise click.BadParameter(f"not JSON: {error} ({hint})", param_hint=name) from error


run_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--run-id", help="The runId; without it the open run, else the latest."
)
