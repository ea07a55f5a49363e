"""`flowyd plugins`: what the configuration has loaded, from where, and which types it gives."""

import sys

import click
import msgspec

from flowyd.cli.config_option import EX_CONFIG, Choice, config_option, reading_of, tell
from flowyd.cli.loader import answer_of
from flowyd.cli.operations import json_option
from flowyd.config.shapes import LogsConfig
from flowyd.control.status import SCHEMA, PluginsStatus, PluginStatus


@click.command("plugins")
@config_option
@json_option
def command(config: Choice, as_json: bool) -> None:
    """List the plugins that are configured, with their files, types and faults.

    They are loaded from disk in a child process: a running daemon may hold older code until
    `flowyd reload`. Exits with 78 if one does not load or has faults, else with 0.
    """
    from flowyd.supervisor.commands import load_order

    reading = reading_of(config)
    if reading.plugins is None:
        tell(reading.faults)
        sys.exit(EX_CONFIG)
    logs = LogsConfig("auto", "info")
    order = load_order(reading.plugins, None, logs, strict=False, embedded=True, home=None)
    answer = answer_of("listing", order)
    if not isinstance(answer, bytes):
        tell([answer])
        sys.exit(EX_CONFIG)
    plugins = msgspec.json.decode(answer, type=list[PluginStatus])
    if as_json:
        click.echo(msgspec.json.encode(PluginsStatus(SCHEMA, plugins)))
    else:
        click.echo("\n\n".join(map(text_of, plugins)) or "no plugin is configured")
    sys.exit(EX_CONFIG if any(map(is_wrong, plugins)) else 0)


def is_wrong(plugin: PluginStatus) -> bool:
    """Whether a daemon would do without it or a part of it."""
    return any(fault.severity == "error" for fault in plugin.faults)


def text_of(plugin: PluginStatus) -> str:
    """One plugin for a reader."""
    state = "" if plugin.loaded else click.style("  does not load", fg="red")
    parts = (plugin.source, plugin.package, plugin.file)
    lines = [click.style(plugin.name, bold=True) + state, f"  {'  '.join(filter(None, parts))}"]
    for one in plugin.types:
        where = f"on {one.task_list}" if one.task_list else ""
        lines.append(f"  {one.kind:<9} {one.type:<32} {where:<28} {one.origin}".rstrip())
    lines += [f"  {fault.severity}: {fault.where}: {fault.message}" for fault in plugin.faults]
    return "\n".join(lines)
