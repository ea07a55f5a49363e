"""`flowy graph ID`: the calls of an execution as a drawing in text."""

from typing import Any

import click
import msgspec

from flowy.cli.calls import graph_of
from flowy.cli.drawings import dot, mermaid
from flowy.cli.output import emit, json_option, run_option
from flowy.cli.target import connect, target_options

FORMS = {"mermaid": mermaid, "dot": dot}


@click.command()
@click.argument("id")
@click.option("--format", "form", type=click.Choice([*FORMS]), default="mermaid", show_default=True)
@run_option
@json_option
@target_options
def graph(id: str, form: str, run_id: str | None, as_json: bool, **place: Any) -> None:
    """Print what the execution ID asked for, and what followed upon what, for a renderer.

    Mermaid goes into a Markdown file or mermaid.live; DOT into `dot -Tsvg`.
    """
    handle = connect(**place).handle(id, run_id)
    found = graph_of(list(handle.history()))
    parts = {
        "type": found.type,
        "state": found.state,
        "calls": {node: msgspec.to_builtins(call) for node, call in found.calls.items()},
        "edges": found.edges,
    }
    run = {"workflow_id": handle.id, "run_id": handle.run_id}
    emit(as_json, FORMS[form](found, handle.id), **run, **parts)
