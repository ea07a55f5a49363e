"""Which domain of which SWF a command works on: options, else the environment, else flowyd.toml."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowy.cli.configuration import NAME, TargetError, config_path, overlay, parsed
from flowy.cli.crossing import payloads_of

if TYPE_CHECKING:
    from flowy.client import Client

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
