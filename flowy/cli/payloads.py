"""`flowy payloads`: look after the payload store."""

import time
from typing import Any

import click

from flowy.cli.output import emit, json_option
from flowy.cli.target import connect, target_options
from flowy.errors import OptionError
from flowy.payloads.sweeping import unreferred

HOUR_MS = 3_600_000


@click.group()
def payloads() -> None:
    """Look after the payload store of `[payloads]` in flowyd.toml."""


@payloads.command()
@click.option(
    "--older-than",
    "hours",
    type=click.FloatRange(min=1),
    default=24.0,
    show_default=True,
    metavar="HOURS",
    help="Leave what was put later than so long ago.",
)
@click.option("--dry-run", is_flag=True, help="Tell what would be removed, and remove nothing.")
@json_option
@target_options
def gc(hours: float, dry_run: bool, as_json: bool, **place: Any) -> None:
    """Remove payloads that no execution refers to, neither an open one nor one that SWF keeps.

    Reads the history of each execution of the domain: run it when little else runs. Run it for each
    domain by itself; another domain's payloads are not touched.
    """
    swf = connect(**place).swf
    store = swf.payloads.store
    if store is None:
        raise OptionError("there is no payload store", hint="see [payloads] in flowyd.toml")
    before = round(time.time() * 1000 - hours * HOUR_MS)
    found = unreferred(swf, store.list(), before)
    for payload in () if dry_run else found:
        store.delete(payload.key)
    size = sum(payload.size for payload in found)
    word = "would be removed" if dry_run else "removed"
    lines = [f"{payload.key}  {payload.size:>12,}" for payload in found] if dry_run else []
    text = "\n".join([*lines, f"{len(found)} payloads of {size:,} bytes {word}"])
    keys = [payload.key for payload in found]
    emit(as_json, text, removed=not dry_run, payloads=keys, bytes=size)
