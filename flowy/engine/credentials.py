"""Whose requests the engine takes, and from where: keys, and addresses that need them."""

from collections.abc import Mapping
from configparser import ConfigParser
from configparser import Error as IniError
from ipaddress import ip_address
from pathlib import Path

from flowy.errors import FlowyError

_KEY, _SECRET = "aws_access_key_id", "aws_secret_access_key"
ACCESS_KEY, SECRET_KEY = "FLOWY_ENGINE_ACCESS_KEY_ID", "FLOWY_ENGINE_SECRET_ACCESS_KEY"
"""The environment's names for one pair. AWS's own are another account's, so they do not count."""


class CredentialsError(FlowyError):
    """The keys cannot be read, or the engine would be open to others without any."""


def read_credentials(path: Path) -> dict[str, str]:
    """Read secrets by access key from a file in the form that AWS's tools use, all its profiles.

    The same file serves the clients, named in AWS_SHARED_CREDENTIALS_FILE.

    Raises:
        CredentialsError: if it cannot be read or holds no pair of keys.
    """
    parser = ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text())
    except OSError as error:
        raise CredentialsError(f"cannot read {path}: {error.strerror}") from error
    except (IniError, UnicodeDecodeError) as error:
        # The text of the error would quote lines of the file: secrets.
        raise CredentialsError(f"{path} is no file of credentials", hint=_form()) from error
    sections = [parser[name] for name in parser.sections()]
    found = {part[_KEY]: part[_SECRET] for part in sections if part.get(_KEY) and part.get(_SECRET)}
    if not found:
        raise CredentialsError(f"{path} holds no credentials", hint=_form())
    return found


def _form() -> str:
    return f"it needs a section like [default] with {_KEY} and {_SECRET}"


def credentials_of(environment: Mapping[str, str]) -> dict[str, str]:
    """Read one pair of keys from the environment; empty if it has none.

    Raises:
        CredentialsError: if it has only half of it.
    """
    key, secret = environment.get(ACCESS_KEY), environment.get(SECRET_KEY)
    if bool(key) != bool(secret):
        raise CredentialsError(f"{ACCESS_KEY} and {SECRET_KEY} go together", hint="set both")
    return {key: secret} if key and secret else {}


def check_exposure(host: str, *, guarded: bool, insecure: bool) -> None:
    """Refuse to serve other machines without credentials.

    Raises:
        CredentialsError: unless `host` is a loopback address, or one of the two is true.
    """
    if not (guarded or insecure or is_loopback(host)):
        raise CredentialsError(
            f"{host} is open to other machines, which could call without credentials",
            hint="listen on 127.0.0.1, give --credentials FILE, or say --insecure",
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address; a name counts only if it is localhost."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
