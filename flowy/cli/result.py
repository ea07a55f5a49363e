"""`flowy result ID`: wait for a result."""

import json
import sys
from typing import Any

import click

from flowy.cli.output import emit, json_option
from flowy.cli.target import connect, target_options
from flowy.client import Handle
from flowy.errors import ExecutionFailed


@click.command()
@click.argument("id")
@click.option("--run-id", help="The runId; without it the open run, else the latest.")
@click.option("--timeout", type=float, metavar="SECONDS", help="Wait at most so long.")
@json_option
@target_options
def result(id: str, run_id: str | None, timeout: float | None, as_json: bool, **place: Any) -> None:
    """Wait until the execution ID closes and print its result as JSON; exit 1 on failure."""
    tell(connect(**place).handle(id, run_id), timeout, as_json)


def tell(handle: Handle, timeout: float | None, as_json: bool) -> None:
    """Print a result, or why there is none: then the exit code is 1."""
    try:
        recorded = handle.result_text(timeout)
    except (ExecutionFailed, TimeoutError) as error:
        if as_json:
            emit(as_json, "", workflow_id=handle.id, **failure(error))
        click.echo(f"Error: {error}", err=True)
        if isinstance(error, ExecutionFailed) and (trace := remote_trace(error.details)):
            click.echo(trace, err=True)
        sys.exit(1)
    data = data_of(recorded)
    text = json.dumps(data, ensure_ascii=False, indent=2)
    emit(as_json, text, workflow_id=handle.id, status="COMPLETED", result=data)


def data_of(text: str | None) -> Any:
    """A result as JSON's own data, with tagged values as they are written: no code is needed."""
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


def failure(error: ExecutionFailed | TimeoutError) -> dict[str, str]:
    """Why there is no result, for --json."""
    if isinstance(error, TimeoutError):
        return {"status": "OPEN"}
    return {"status": error.status, "reason": error.reason, "details": error.details}


def remote_trace(details: str) -> str:
    """The traceback in failure details; details of another form are shown as they are."""
    try:
        data = json.loads(details)
    except ValueError:
        return details
    return str(data.get("traceback", "")) if isinstance(data, dict) else details
