"""`flowy engine`: run the embedded engine."""

import click

from flowy.errors import FlowyError


def _split(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not port.isdigit() or int(port) > 65_535:
        raise click.BadParameter("must look like 127.0.0.1:7878", param_hint="--listen")
    return host.strip("[]") or "127.0.0.1", int(port)


@click.command()
@click.option("--db", "database", required=True, metavar="FILE", help="The file, or :memory:.")
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
def engine(database: str, listen: str, hold: float) -> None:
    """Serve Amazon SWF's protocol from one file."""
    # Imported here: `flowy --help` need not load botocore's service model reader.
    from flowy.engine.core.settings import Settings
    from flowy.engine.server import serve

    host, port = _split(listen)
    try:
        serve(database, host, port, Settings(hold_ms=round(hold * 1000)))
    except FlowyError as error:
        click.echo(f"flowy engine: {error}", err=True)
        raise SystemExit(1) from error
