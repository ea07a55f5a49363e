"""`flowy engine backup`: copy the file of an engine, also while it runs."""

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("destination", type=click.Path(path_type=Path))
def backup(file: Path, destination: Path) -> None:
    """Copy the file of an engine to a new file, also while the engine runs."""
    from flowy.engine.store.backup import backup as copy  # pulls in the engine, `--help` need not

    copy(file, destination)
    print(f"copied {file} to {destination}, {destination.stat().st_size} bytes")
