"""`flowy domain register NAME`."""

from typing import Any

import click

from flowy.cli.output import emit, json_option
from flowy.cli.target import connect, target_options


@click.group()
def domain() -> None:
    """Work with domains."""


@domain.command()
@click.argument("name")
@click.option(
    "--retention",
    type=click.IntRange(0, 90),
    default=30,
    show_default=True,
    metavar="DAYS",
    help="How long closed executions are kept.",
)
@json_option
@target_options
def register(name: str, retention: int, as_json: bool, **place: Any) -> None:
    """Register the domain NAME."""
    connect(**{**place, "domain": name}).swf.register_domain(retention)
    text = f"registered the domain {name}; closed executions are kept for {retention} days"
    emit(as_json, text, domain=name, retention_days=retention)
