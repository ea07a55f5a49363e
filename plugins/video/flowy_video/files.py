"""Outputs that are whole or not there: a killed attempt leaves nothing that the next one minds."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flowy_video.errors import UnwritableTarget


def outputs(source: str, folder: str) -> Path:
    """The folder of one video's outputs: a readable name, and another one for another video."""
    stem = Path(source).stem
    readable = re.sub(r"[^A-Za-z0-9_-]+", "_", stem)[:60].strip("_-") or "video"
    return Path(folder) / f"{readable}-{hashlib.sha256(source.encode()).hexdigest()[:8]}"


@contextmanager
def draft(target: Path) -> Iterator[Path]:
    """A path to write to, with the target's suffix; it becomes the target when the block ends well.

    Raises:
        UnwritableTarget: if the folder cannot be made or written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".draft-", suffix=target.suffix)
    except OSError as error:
        raise UnwritableTarget(f"{target.parent} cannot be written: {error.strerror}") from error
    os.close(handle)
    path = Path(name)
    try:
        yield path
        path.chmod(0o644)
        path.replace(target)
    finally:
        path.unlink(missing_ok=True)
