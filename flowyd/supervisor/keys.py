"""The key of the embedded engine: made once, kept in the state_dir for its owner alone.

Whoever may read it may start, stop and forge work; everybody else on the host may not.
"""

import os
import secrets
from pathlib import Path

from flowy.engine.credentials import read_credentials

FILE = "engine.credentials"
"""In the form of ~/.aws/credentials, so that AWS's own tools can use it."""


def engine_key(state_dir: Path) -> tuple[str, str]:
    """The access key id and secret of this state_dir's engine, made if there is none.

    Raises:
        CredentialsError: if the file holds no key.
        OSError: if it cannot be made.
    """
    path = state_dir / FILE
    if not path.exists():
        write_key(path, "FLOWYD" + secrets.token_hex(7).upper(), secrets.token_urlsafe(30))
    return next(iter(read_credentials(path).items()))


def write_key(path: Path, key: str, secret: str) -> None:
    """Write a key so that a crash leaves either none or all of it."""
    beside = path.with_name(f".{path.name}.new")
    text = f"[default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
    beside.unlink(missing_ok=True)
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
