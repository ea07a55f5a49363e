"""`flowy engine check`: look for damage in the file of an engine."""

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Check the file of an engine and every history in it, also while the engine runs.

    The exit code is 1 if anything is wrong.
    """
    from flowy.engine.store.check import check as examine  # pulls in the engine

    faults = 0
    for fault in examine(file):
        faults += 1
        print(fault)
    if faults:
        raise SystemExit(1)
    print(f"{file} is sound")
