"""`flowy engine check`: look for damage in the file of an engine."""

from pathlib import Path

import click

from flowy.cli.output import emit, json_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def check(file: Path, as_json: bool) -> None:
    """Check the file of an engine and every history in it, also while the engine runs.

    The exit code is 1 if anything is wrong.
    """
    from flowy.engine.store.check import check as examine  # pulls in the engine

    faults = [str(fault) for fault in examine(file)]
    emit(as_json, "\n".join(faults) or f"{file} is sound", file=str(file), faults=faults)
    if faults:
        raise SystemExit(1)
