"""A payload store in a directory, for one host or a shared file system. Nothing leads out of it."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from flowy.errors import PayloadError
from flowy.payloads.store import Stored, missing, path_of, unreachable

READER = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | os.O_RDONLY
WRITER = getattr(os, "O_BINARY", 0) | os.O_WRONLY | os.O_CREAT | os.O_EXCL
UNFINISHED = ".new"


class DirectoryStore:
    """Payloads as files `<root>/ab/ab12…`, which only their owner and its group may read.

    The root is made, and the directory that it is in. A file is written beside its place, synced
    and moved: who reads finds all of it or none. What a reference says of a place is never
    followed.
    """

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root).absolute()

    def __repr__(self) -> str:
        return f"DirectoryStore({str(self.root)!r})"

    def put(self, key: str, data: bytes) -> str:
        """Keep these bytes.

        Raises:
            ServiceUnreachable: if the directory cannot be written.
            PayloadError: if a link stands in the way.
        """
        relative = path_of(key)
        try:
            for part in (self.root.parent, self.root, self.root / relative[:2]):
                part.mkdir(mode=0o750, exist_ok=True)
            path = self._confined(relative)
            beside = path.with_name(f"{key}.{secrets.token_hex(8)}{UNFINISHED}")
            write_synced(beside, data)
            beside.replace(path)
            sync_directory(path.parent)
        except OSError as error:
            raise unreachable(str(self.root), error) from error
        return f"dir://{quote(str(path))}"

    def get(self, key: str) -> bytes:
        """The bytes.

        Raises:
            PayloadError: if there are none, or a link stands in their place.
            ServiceUnreachable: if the directory cannot be read.
        """
        path = self._confined(path_of(key))
        try:
            with os.fdopen(os.open(path, READER), "rb") as file:
                return file.read()
        except FileNotFoundError as error:
            if not self.root.is_dir():  # it may be a disk that is not mounted
                raise unreachable(str(self.root), error) from error
            raise missing(key, str(self.root)) from error
        except OSError as error:
            raise unreachable(str(self.root), error) from error

    def list(self) -> Iterator[Stored]:
        """All payloads; what a writer left unfinished when it died counts as one."""
        for path in sorted(self.root.glob("??/*")):
            status = path.lstat()
            yield Stored(path.name, status.st_size, status.st_mtime_ns // 1_000_000)

    def delete(self, key: str) -> None:
        """Remove a payload, or what a writer left."""
        whole = key.partition(".")[0]
        path = self._confined(path_of(whole)).with_name(Path(key).name)
        path.unlink(missing_ok=True)

    def _confined(self, relative: str) -> Path:
        """The path below the root; a link on the way is refused, wherever it leads.

        Raises:
            PayloadError: if there is one.
        """
        path = self.root / relative
        if path.resolve() != self.root.resolve() / relative:
            hint = "remove the link: payloads are plain files in plain directories"
            raise PayloadError(f"{path} is reached through a link", hint=hint)
        return path


def write_synced(path: Path, data: bytes) -> None:
    """Write a new file, so that a power cut does not take it."""
    with os.fdopen(os.open(path, WRITER, 0o640), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_directory(path: Path) -> None:
    """Have a move survive a power cut, where directories can be opened."""
    if os.name == "posix":
        directory = os.open(path, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
