"""`flowy engine vacuum`: give the unused space of an engine's file back."""

from pathlib import Path

import click

from flowy.cli.output import emit, json_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def vacuum(file: Path, as_json: bool) -> None:
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
        now = file.stat().st_size
        text = f"{file}: {before} bytes before, {now} now"
        emit(as_json, text, file=str(file), bytes_before=before, bytes=now)
    finally:
        if lock is not None:
            lock.close()
