"""The daemon's directories: made if missing, refused if somebody else could write there.

Who writes to `state_dir` decides what the engine has run; who writes to `run_dir` can put a socket
of his own in the place of ours.
"""

import os
import stat
from pathlib import Path

from flowy.errors import FlowyError

MODE = 0o755
WRITABLE = stat.S_IWGRP | stat.S_IWOTH


class Exposed(FlowyError):
    """A directory of the daemon that is not its own alone."""


def prepare(path: Path) -> None:
    """Make a directory with its parents, or check the one that is there.

    Raises:
        Exposed: if it belongs to another user, or others may write to it.
        OSError: if it cannot be made, or is no directory.
    """
    missing = not path.exists()
    path.mkdir(parents=True, exist_ok=True)
    if missing:
        path.chmod(MODE)  # whatever the umask: clients reach the sockets through it
    found = path.stat()
    if found.st_uid != os.geteuid():
        hint = f"run flowyd as that user, or: chown {os.geteuid()} {path}"
        raise Exposed(f"{path} belongs to user {found.st_uid}, not to {os.geteuid()}", hint=hint)
    if found.st_mode & WRITABLE:
        mode = stat.S_IMODE(found.st_mode)
        raise Exposed(
            f"{path} has mode {mode:04o}: others may write to it", hint=f"chmod go-w {path}"
        )
