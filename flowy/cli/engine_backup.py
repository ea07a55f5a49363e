"""`flowy engine backup`: copy the file of an engine, also while it runs."""

from pathlib import Path

import click

from flowy.cli.output import emit, json_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("destination", type=click.Path(path_type=Path))
@json_option
def backup(file: Path, destination: Path, as_json: bool) -> None:
    """Copy the file of an engine to a new file, also while the engine runs."""
    from flowy.engine.store.backup import backup as copy  # pulls in the engine, `--help` need not

    copy(file, destination)
    size = destination.stat().st_size
    text = f"copied {file} to {destination}, {size} bytes"
    emit(as_json, text, file=str(file), destination=str(destination), bytes=size)
