"""`flowy engine vacuum`: give the unused space of an engine's file back."""

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def vacuum(file: Path) -> None:
    """Give the unused space of an engine's file back. The engine must not run."""
    from flowy.engine.lock import hold_lock  # pulls in the engine, `--help` need not
    from flowy.engine.store import StoreError
    from flowy.engine.store.vacuum import vacuum as shrink

    if not file.exists():
        raise StoreError(f"there is no file {file}")
    lock = hold_lock(str(file), patience=0)
    try:
        before = file.stat().st_size
        shrink(file)
        print(f"{file}: {before} bytes before, {file.stat().st_size} now")
    finally:
        if lock is not None:
            lock.close()
