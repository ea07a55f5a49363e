"""`flowy fail TOKEN MESSAGE`: let an activity fail that somebody was asked for."""

from typing import Any

import click

from flowy.cli.output import emit, json_option
from flowy.cli.target import connect, target_options


@click.command()
@click.argument("token")
@click.argument("message")
@click.option(
    "--type",
    "kind",
    default="Failed",
    show_default=True,
    help="The error's type: `TaskFailed.remote_type` in the workflow.",
)
@json_option
@target_options
def fail(token: str, message: str, kind: str, as_json: bool, **place: Any) -> None:
    """Fail the open activity task TOKEN with a MESSAGE. The workflow's retries apply.

    An activity that called `self.defer()` gave its token away for this.
    """
    connect(**place).fail(token, kind, message)
    emit(as_json, "failed the task", outcome="failed")
