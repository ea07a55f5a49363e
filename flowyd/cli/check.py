"""`flowyd check`: everything that is wrong, at once, without starting anything."""

import sys

import click
import msgspec

from flowy.errors import Fault
from flowyd.cli.config_option import EX_CONFIG, Choice, config_option, reading_of, tell
from flowyd.cli.loader import answer_of
from flowyd.config import Reading
from flowyd.config.shapes import ENGINE, LogsConfig, PluginsConfig


@click.command("check")
@config_option
@click.option(
    "--strict",
    is_flag=True,
    help="A task list that no pool here serves, and workflow code "
    "that replay would see differently, are errors.",
)
def command(config: Choice, strict: bool) -> None:
    """Check the configuration and the plugins, and list all faults.

    Workflow code is read for what differs in replay: the time, random numbers, files, sockets; a
    comment `# flowy: ignore` lets a line off. Exits with 78 if any fault is an error, else with 0.
    The plugins are loaded in a child process.
    """
    reading = reading_of(config)
    faults = list(reading.faults)
    if reading.plugins is not None:
        faults += check_plugins(reading, reading.plugins, strict=strict)
    tell(faults)
    errors = sum(fault.severity == "error" for fault in faults)
    warnings = len(faults) - errors
    click.echo(f"{errors} error(s), {warnings} warning(s)" if faults else "all is well")
    sys.exit(EX_CONFIG if errors else 0)


def check_plugins(reading: Reading, plugins: PluginsConfig, *, strict: bool) -> list[Fault]:
    """Load the plugins where they can do no harm, and hear what is wrong with them.

    Pools are judged only if all of them could be read: else their lists would seem unserved.
    """
    from flowyd.supervisor.commands import home, load_order
    from flowyd.supervisor.faults import faults_of
    from flowyd.supervisor.messages import FaultText

    pools = reading.config.pools if reading.config else None
    embedded = reading.config is not None and reading.config.swf.backend == ENGINE
    logs = LogsConfig("auto", "info")
    at_home = home(reading.config) if reading.config else None
    order = load_order(plugins, pools, logs, strict=strict, embedded=embedded, home=at_home)
    answer = answer_of("checking", order)
    if not isinstance(answer, bytes):
        return [answer]
    return list(faults_of(msgspec.json.decode(answer, type=list[FaultText])))
