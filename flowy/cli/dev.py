"""`flowy dev`: an engine, deciders and activity workers as threads of one process."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from threading import Event
from typing import TYPE_CHECKING, Any

import click

from flowy.cli.loading import LoadError, load_code, plugin_option
from flowy.cli.target import connect, target_options
from flowy.errors import AlreadyExists

if TYPE_CHECKING:
    from flowy.plugins import Loaded

TICK = 0.5
"""Seconds; Windows tells a thread of Ctrl-C only when it is not waiting."""


@click.command()
@plugin_option
@click.option("--db", "database", default=":memory:", show_default=True, metavar="FILE")
@click.option(
    "--listen",
    default="127.0.0.1:0",
    show_default=True,
    metavar="HOST:PORT",
    help="Where its engine listens; port 0 lets the kernel choose.",
)
@click.option(
    "--threads",
    type=click.IntRange(1),
    default=4,
    show_default=True,
    help="Activity workers for each task list.",
)
@target_options
def dev(modules: tuple[str, ...], database: str, listen: str, threads: int, **place: Any) -> None:
    """Run the plugins of flowyd.toml and of --plugin until Ctrl-C, in one process, on any system.

    Without --endpoint-url it runs an engine of its own, and without --domain that has the domain
    "dev". Running tasks are finished at Ctrl-C; a second one does not wait for them. For more than
    trying things out there is flowyd.
    """
    from flowy.worker.foreground import terminating_interrupts  # what only shows help runs nothing

    loaded = load_code(place["config"], modules)
    if not loaded.registry.size:
        raise LoadError("nothing is loaded", hint="name a module: flowy dev --plugin MODULE")
    place["domain"] = place["domain"] or "dev"
    with ExitStack() as stack:
        if place["endpoint_url"] is None:
            place["endpoint_url"] = stack.enter_context(engine(database, listen))
        with terminating_interrupts():
            work(loaded, place, threads, Event())


@contextmanager
def engine(database: str, listen: str) -> Iterator[str]:
    """An engine; its URL."""
    from flowy.engine.thread import EngineThread  # what only shows help needs no engine

    host, _, port = listen.rpartition(":")
    if not port.isdigit() or int(port) > 65_535:
        raise click.BadParameter("must look like 127.0.0.1:7878", param_hint="--listen")
    with EngineThread(database, host.strip("[]") or "127.0.0.1", int(port)) as running:
        yield running.url


def work(loaded: "Loaded", place: dict[str, Any], threads: int, stop: Event) -> None:
    """Register the types, and work until somebody interrupts."""
    from flowy.worker.registration import register_types  # the same
    from flowy.worker.threads import WorkerThreads

    client = connect(**place)
    crossing = client.swf.payloads
    loaded.registry.vocabulary.allow(crossing.longest, crossing.expansion)
    with suppress(AlreadyExists):
        client.swf.register_domain()
    for fault in register_types(client.swf, loaded.registry):
        click.echo(f"{fault.severity}: {fault}", err=True)
    workers = WorkerThreads(client.swf, loaded, threads, stop)
    workers.start()
    where = f"--domain {client.swf.domain} --endpoint-url {client.swf.endpoint_url}"
    click.echo(f"{workers}\ntry: flowy start TYPE {where}\nCtrl-C stops")
    try:
        while not stop.wait(TICK):
            pass
    except KeyboardInterrupt:
        click.echo("finishing what runs; Ctrl-C again does not wait", err=True)
    stop.set()
    try:
        workers.join(TICK)
    except KeyboardInterrupt:
        sys.exit(130)
