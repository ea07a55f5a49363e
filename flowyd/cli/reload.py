"""`flowyd reload`: load new code and configuration without losing a task."""

import sys
import threading
import time
from pathlib import Path

import click
import msgspec

from flowyd.cli.config_option import Choice, config_of, config_option
from flowyd.cli.operations import json_option
from flowyd.control import client
from flowyd.control.client import ControlError, NotRunning
from flowyd.control.status import SCHEMA, ReloadStatus

TIMEOUT = 200.0
"""A minute for each stage of a reload, and some patience; a unit's start has 240 s."""
LOOK_SECONDS = 0.1


@click.command("reload")
@config_option
@click.option("--wait", is_flag=True, help="Return once the new code is at work, or was rejected.")
@click.option(
    "--timeout",
    type=click.FloatRange(0),
    default=TIMEOUT,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait.",
)
@click.option(
    "--replay-open", is_flag=True, help="Refuse code that does not replay the open executions."
)
@json_option
def command(config: Choice, wait: bool, timeout: float, replay_open: bool, as_json: bool) -> None:
    """Load the code and the flowyd.toml that are on disk now.

    New workers are ready before the first old one leaves; running tasks are finished by the code
    that began them. If anything is wrong nothing changes, and --wait exits with 1 and says why.
    Without a daemon the exit code is 3.
    """
    run_dir = config_of(config).run_dir
    try:
        ask = client.reload(run_dir, replay_open=replay_open)
        ended = waited(run_dir, ask, timeout) if wait else None
    except NotRunning as error:
        report(ok=False, why=str(error), as_json=as_json)
        sys.exit(3)
    except (ControlError, TimeoutError) as error:
        report(ok=False, why=str(error), as_json=as_json)
        sys.exit(1)
    if ended is not None and not ended.ok:
        report(ok=False, why=f"rejected: {ended.reason}", as_json=as_json)
        sys.exit(1)
    report(ok=True, why="the new code is at work" if wait else "asked for", as_json=as_json)


def waited(run_dir: Path, ask: int, timeout: float) -> ReloadStatus:
    """The status of reloads once this one is over.

    Raises:
        TimeoutError: if it is not over in time; it goes on.
    """
    pause, deadline = threading.Event(), time.monotonic() + timeout
    while True:
        reload = client.status(run_dir).reload
        if reload.done >= ask:
            return reload
        if time.monotonic() > deadline:
            raise TimeoutError(f"the reload is not over after {timeout:g} s; `flowyd status` tells")
        pause.wait(LOOK_SECONDS)


def report(*, ok: bool, why: str, as_json: bool) -> None:
    """Say how it went."""
    if as_json:
        click.echo(msgspec.json.encode({"schema": SCHEMA, "done": ok, "why": why}))
    else:
        click.echo(f"flowyd: {why}", err=not ok)
