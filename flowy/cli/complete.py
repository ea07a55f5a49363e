"""`flowy complete TOKEN`: finish an activity that somebody was asked for."""

from typing import Any

import click

from flowy.cli.output import emit, json_option, value_of
from flowy.cli.target import connect, target_options


@click.command()
@click.argument("token")
@click.argument("result", metavar="[JSON]", required=False)
@json_option
@target_options
def complete(token: str, result: str | None, as_json: bool, **place: Any) -> None:
    """Complete the open activity task TOKEN, with a result in JSON if one is given.

    An activity that called `self.defer()` gave its token away for this.
    """
    connect(**place).complete(token, value_of(result, "JSON"))
    emit(as_json, "completed the task", outcome="completed")
