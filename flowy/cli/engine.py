"""`flowy engine`: run the embedded engine, and look after its file."""

import importlib
import os
from pathlib import Path
from typing import Literal

import click

from flowy.errors import FlowyError

UPKEEP = {
    "backup": "Copy the file of an engine, also while it runs.",
    "check": "Check the file of an engine.",
    "vacuum": "Give the file's unused space back.",
}
"""Each subcommand is the function of its name in `flowy.cli.engine_NAME`."""


def _split(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not port.isdigit() or int(port) > 65_535:
        raise click.BadParameter("must look like 127.0.0.1:7878", param_hint="--listen")
    return host.strip("[]") or "127.0.0.1", int(port)


class Engine(click.Group):
    """The engine itself, with its upkeep as subcommands that are imported when they are run."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """All names."""
        return sorted(UPKEEP)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        """The subcommand of that name."""
        if cmd_name not in UPKEEP:
            return None
        module = importlib.import_module(f"flowy.cli.engine_{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command


@click.group(cls=Engine, invoke_without_command=True)
@click.option("--db", "database", metavar="FILE", help="The file, or :memory:.")
@click.option(
    "--listen",
    default="127.0.0.1:7878",
    show_default=True,
    metavar="HOST:PORT",
    help="Where to listen; port 0 lets the kernel choose.",
)
@click.option(
    "--hold",
    default=59.5,
    show_default=True,
    metavar="SECONDS",
    type=click.FloatRange(0, 60),
    help="How long an empty poll is held.",
)
@click.option(
    "--credentials",
    envvar="FLOWY_ENGINE_CREDENTIALS",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Take only requests signed with a key of this file, in the form of ~/.aws/credentials. "
    "One pair may also be in FLOWY_ENGINE_ACCESS_KEY_ID and FLOWY_ENGINE_SECRET_ACCESS_KEY.",
)
@click.option("--insecure", is_flag=True, help="Serve other machines without credentials.")
@click.option(
    "--faults",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Inject the faults of this TOML or JSON file; it is read again when it changes.",
)
@click.option(
    "--throttle",
    type=click.Choice(["off", "aws"]),
    default="off",
    show_default=True,
    help="Refuse calls that Amazon SWF would refuse for their rate.",
)
@click.option(
    "--synchronous",
    type=click.Choice(["FULL", "NORMAL"], case_sensitive=False),
    default="FULL",
    show_default=True,
    help="FULL: an answered call survives a power cut. NORMAL: only the end of the process.",
)
@click.option(
    "--retention",
    metavar="DAYS",
    type=click.IntRange(1, 90),
    help="Delete what closes from now on after so many days, though its domain keeps it longer.",
)
@click.option("--access-log", is_flag=True, help="Write a line of JSON to stderr for each request.")
@click.option("--lifeline", type=int, hidden=True, help="A descriptor that a supervisor holds.")
@click.pass_context
def engine(
    context: click.Context,
    *,
    database: str | None,
    listen: str,
    hold: float,
    credentials: Path | None,
    insecure: bool,
    faults: Path | None,
    throttle: str,
    synchronous: Literal["FULL", "NORMAL"],
    retention: int | None,
    access_log: bool,
    lifeline: int | None,
) -> None:
    """Serve Amazon SWF's protocol from one file.

    GET /healthz and GET /metrics (for Prometheus) need no credentials.
    """
    if context.invoked_subcommand is not None:
        return
    if database is None:
        raise click.UsageError("Missing option '--db'.")
    host, port = _split(listen)
    # Imported here: `flowy --help` need not load botocore's service model reader.
    from flowy.engine.core.settings import SWF_RATES, SWF_TASK_LIST_RATE, Settings
    from flowy.engine.credentials import credentials_of, read_credentials
    from flowy.engine.process import Options, serve

    aws = throttle == "aws"
    settings = Settings(
        hold_ms=round(hold * 1000),
        rates=SWF_RATES if aws else {},
        task_list_rate=SWF_TASK_LIST_RATE if aws else None,
        longest_retention=retention,
    )
    try:
        secrets = read_credentials(credentials) if credentials else {}
        secrets |= credentials_of(os.environ)
        options = Options(secrets or None, insecure, faults, aws, access_log, synchronous, lifeline)
        serve(database, host, port, settings, options)
    except FlowyError as error:
        click.echo(f"flowy engine: {error}", err=True)
        raise SystemExit(1) from error
