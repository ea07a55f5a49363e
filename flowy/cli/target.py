"""Which domain of which SWF a command works on: options, else the environment, else flowyd.toml."""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowy.errors import FlowyError

if TYPE_CHECKING:
    from flowy.client import Client

NAME = "flowyd.toml"
SYSTEM_WIDE = Path("/etc/flowyd") / NAME
URL_FILE = "engine.url"
"""In the state_dir: flowyd writes the engine's URL there once the engine serves."""
KEY_FILE = "engine.credentials"
"""Beside it: the key that this engine wants, for those who may read it."""


TOP_KEYS = ("domain", "state_dir")
SWF_KEYS = ("backend", "endpoint_url", "region", "profile")


@dataclass(frozen=True, slots=True)
class Target:
    """Where SWF is; None is "not said"."""

    domain: str | None = None
    endpoint_url: str | None = None
    region: str | None = None
    profile: str | None = None
    credentials: tuple[str, str] | None = None

    def over(self, lower: "Target") -> "Target":
        """This target where it says something, else the lower one."""
        said = {f.name: value for f in fields(self) if (value := getattr(self, f.name))}
        return replace(lower, **said)


class TargetError(FlowyError):
    """It is not clear, or not true, where SWF is."""


def resolve(
    options: Target, config: str | None, environ: Mapping[str, str], directory: Path
) -> Target:
    """The target of a command.

    Raises:
        TargetError: if there is no domain, or the file that should tell does not.
    """
    said = options.over(Target(environ.get("FLOWY_DOMAIN"), environ.get("FLOWY_ENDPOINT_URL")))
    path = config_path(config, environ, directory)
    whole = said if path is None else said.over(from_config(path, environ, said))
    if whole.domain is None:
        hint = f"give --domain, set FLOWY_DOMAIN, or run where {NAME} is"
        raise TargetError("no domain is given", hint=hint)
    return whole


def config_path(config: str | None, environ: Mapping[str, str], directory: Path) -> Path | None:
    """The file to read: one that is named must be there, the usual places may be empty."""
    named = config or environ.get("FLOWYD_CONFIG")
    if named:
        return directory / named
    return next((path for path in (directory / NAME, SYSTEM_WIDE) if path.exists()), None)


def from_config(path: Path, environ: Mapping[str, str], said: Target) -> Target:
    """What a `flowyd.toml` tells; an engine is not looked for where the endpoint is `said`.

    Raises:
        TargetError: if the file cannot be read, or its engine does not run.
    """
    top, swf = tables(path, environ)
    found = Target(
        top.get("domain"), swf.get("endpoint_url"), swf.get("region"), swf.get("profile")
    )
    if swf.get("backend", "engine") != "engine" or said.endpoint_url:
        return found
    state_dir = path.parent / top.get("state_dir", "state")
    url = engine_url(path, state_dir)
    return replace(found, endpoint_url=url, credentials=engine_key(state_dir))


def tables(path: Path, environ: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The top of the file and its table [swf], with FLOWYD_* of the environment over them.

    Raises:
        TargetError: if the file cannot be read.
    """
    tree = parsed(path)
    swf = tree.get("swf", {})
    if not isinstance(swf, dict):
        raise TargetError(f"{path}: swf must be a table", hint="try flowyd check")
    return tree | overlay(environ, "FLOWYD_", TOP_KEYS), swf | overlay(
        environ, "FLOWYD_SWF_", SWF_KEYS
    )


def plugin_table(path: Path) -> dict[str, list[str]]:
    """The file's table [plugins]: `enabled` entry points and `modules`, as far as they are there.

    Raises:
        TargetError: if the file cannot be read, or the table is not of that shape.
    """
    table = parsed(path).get("plugins", {})
    lists = table.values() if isinstance(table, dict) else [None]
    if not all(isinstance(names, list) and {*map(type, names)} <= {str} for names in lists):
        raise TargetError(f"{path}: [plugins] holds lists of names", hint="try flowyd check")
    return {key: table[key] for key in ("enabled", "modules") if key in table}


def parsed(path: Path) -> dict[str, Any]:
    """The file's tables.

    Raises:
        TargetError: if it cannot be read.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TargetError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise TargetError(f"{path} is not TOML: {error}", hint="try flowyd check") from error


def overlay(environ: Mapping[str, str], prefix: str, keys: tuple[str, ...]) -> dict[str, str]:
    """The keys that the environment gives."""
    names = {key: prefix + key.upper() for key in keys}
    return {key: environ[name] for key, name in names.items() if name in environ}


def engine_key(state_dir: Path) -> tuple[str, str] | None:
    """The key of the engine that flowyd runs; None if it wants none.

    Raises:
        TargetError: if it is there and not for us.
    """
    from flowy.engine.credentials import CredentialsError, read_credentials

    file = state_dir / KEY_FILE
    if not file.exists():
        return None
    try:
        return next(iter(read_credentials(file).items()))
    except CredentialsError as error:
        raise TargetError(error.message, hint="work as the user that flowyd runs as") from error


def engine_url(path: Path, state_dir: Path) -> str:
    """The URL of the engine that flowyd runs.

    Raises:
        TargetError: if there is none.
    """
    file = state_dir / URL_FILE
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        hint = "start flowyd, or give --endpoint-url"
        raise TargetError(f"the engine of {path} does not run: no {file}", hint=hint) from error


def target_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say where SWF is, for a click command; it gets a `place`."""
    given = (
        click.option("--config", metavar="FILE", help=f"The {NAME} to read."),
        click.option("--domain", help="The SWF domain."),
        click.option("--endpoint-url", metavar="URL", help="Where SWF or the engine is."),
        click.option("--region", help="The AWS region."),
        click.option("--profile", help="A profile of AWS credentials."),
    )
    for option in reversed(given):
        command = option(command)
    return command


def connect(
    config: str | None,
    domain: str | None,
    endpoint_url: str | None,
    region: str | None,
    profile: str | None,
) -> "Client":
    """The client for what the options say.

    Raises:
        TargetError: if it is not clear where SWF is.
    """
    from flowy.cli.crossing import payloads_of
    from flowy.client import Client  # what only shows help needs no client

    options = Target(domain, endpoint_url, region, profile)
    found = resolve(options, config, os.environ, Path.cwd())
    path = config_path(config, os.environ, Path.cwd())
    return Client(
        found.domain or "",
        endpoint_url=found.endpoint_url,
        region=found.region,
        profile=found.profile,
        credentials=found.credentials,
        payloads=payloads_of(path, found.domain or ""),
    )
