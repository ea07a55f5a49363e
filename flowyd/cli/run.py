"""`flowyd run`: the daemon."""

import sys
from collections.abc import Callable
from functools import partial

import click

from flowy.errors import FlowyError
from flowyd.cli.config_option import EX_CONFIG, Choice, config_option, reading_of, sound
from flowyd.config import Reading


@click.command("run")
@config_option
def command(config: Choice) -> None:
    """Run the daemon in this process until it gets SIGTERM or `flowyd stop`.

    Exits with 78 if the configuration, the owner or mode of its directories, or the registration
    of the types is wrong.
    """
    sys.exit(supervise(partial(reading_of, config), strict=False, foreground=False))


def supervise(reread: Callable[[], Reading], *, strict: bool, foreground: bool) -> int:
    """Hold the lock and run the loop; the exit code. `reread` reads the configuration."""
    config = sound(reread())
    from flowyd import logs
    from flowyd.supervisor.directories import Exposed, prepare
    from flowyd.supervisor.groups import UnknownGroup
    from flowyd.supervisor.lock import locked
    from flowyd.supervisor.loop import Loop

    logs.configure("console" if foreground else config.logs.format, config.logs.level)
    try:
        prepare(config.state_dir)
        with locked(config.state_dir):
            prepare(config.run_dir)
            return Loop(config, reread, strict=strict, foreground=foreground).run()
    except FlowyError as error:
        click.echo(f"flowyd: {error}", err=True)
        if isinstance(error, Exposed | UnknownGroup):
            return EX_CONFIG  # a restart would find the same
    except OSError as error:
        click.echo(f"flowyd: {error.filename or config.state_dir}: {error.strerror}", err=True)
    return 1
