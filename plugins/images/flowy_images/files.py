"""Files that are whole or not there: a killed attempt leaves nothing that its repetition minds."""

import hashlib
import os
import re
import tempfile
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit


def name_of(url: str) -> str:
    """A file name without suffix for a URL: readable, harmless, and another one for another URL."""
    stem = PurePosixPath(unquote(urlsplit(url).path)).stem
    readable = re.sub(r"[^A-Za-z0-9_-]+", "_", stem)[:60].strip("_") or "picture"
    return f"{readable}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def write(path: Path, data: bytes) -> None:
    """Write a file whole: under another name first, then renamed, since a rename is atomic."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def move(path: Path, folder: Path) -> Path:
    """Move a file into a folder. Done already is done: the attempt before may have got so far.

    Raises:
        FileNotFoundError: if the file is in neither place.
    """
    target = folder / path.name
    folder.mkdir(parents=True, exist_ok=True)
    try:
        path.replace(target)
    except FileNotFoundError:
        if not target.exists():
            raise
    return target
