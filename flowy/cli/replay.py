"""`flowy replay`: run loaded workflow code over recorded histories."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from flowy.cli.configuration import config_path, parsed
from flowy.cli.loading import load_code, plugin_option
from flowy.cli.output import emit, json_option, run_option
from flowy.cli.target import connect, target_options
from flowy.errors import FlowyError, NonDeterminismError

if TYPE_CHECKING:
    from flowy.payloads import Payloads
    from flowy.registry import Registry
    from flowy.testing.replaying import History

Finding = tuple[str, Callable[[], "History"]]
"""The name of a history, and how to come by it."""

DIFFERENT = 1
UNREPLAYABLE = 3
"""Not 2, which is wrong usage."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one history; `message` shows both sides where the code differs."""

    name: str
    outcome: Literal["same", "different", "not replayed"]
    turns: int = 0
    message: str = ""
    hint: str = ""

    def __str__(self) -> str:
        if self.outcome == "same":
            return f"{self.name}: the same, {self.turns} turns replayed"
        tail = f"\n    hint: {self.hint}" if self.hint else ""
        return f"{self.name}: {self.outcome}: {self.message}{tail}"


@click.command()
@click.argument("histories", metavar="[FILE | WORKFLOW_ID]...", nargs=-1)
@click.option("--open", "every_open", is_flag=True, help="Each open execution of the loaded types.")
@run_option
@plugin_option
@json_option
@target_options
def replay(
    histories: tuple[str, ...],
    every_open: bool,
    run_id: str | None,
    modules: tuple[str, ...],
    as_json: bool,
    **place: Any,
) -> None:
    """Run loaded workflow code over recorded histories, and see that it asks for the same.

    A history is a FILE (of `flowy history --json`, `flowy.testing.save_history` or the AWS command)
    or the execution WORKFLOW_ID. The code is that of the plugins of flowyd.toml and of --plugin.
    Nothing is sent to any execution. The exit code is 0 if all replay, 1 if one differs, 2 for
    wrong usage, 3 if one could not be replayed: no such history, unknown type.
    """
    if not histories and not every_open:
        raise click.UsageError("give a FILE, a WORKFLOW_ID or --open")
    try:
        registry = load_code(place["config"], modules).registry
        payloads = stored(place)
        registry.vocabulary.allow(payloads.longest)
        found = list(replay_all(named(histories, run_id, place), registry, payloads))
        if every_open:
            found += replay_all(open_ones(registry, place), registry, payloads)
    except FlowyError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(UNREPLAYABLE)
    tell(found, as_json)
    sys.exit(exit_code(found))


def named(histories: Sequence[str], run_id: str | None, place: dict[str, Any]) -> Iterator[Finding]:
    """Each history that the command line names: a file if there is one, else a workflowId."""
    for name in histories:
        if Path(name).is_file():
            yield name, partial(Path, name)
        else:
            yield name, partial(execution, name, run_id, place)


def execution(id: str, run_id: str | None, place: dict[str, Any]) -> "History":
    """One run, wherever the options say SWF is."""
    return connect(**place).handle(id, run_id)


def open_ones(registry: "Registry", place: dict[str, Any]) -> Iterator[Finding]:
    """Each open execution of a type that is loaded."""
    client = connect(**place)
    for info in client.swf.executions(open=True):
        if info.type in registry.workflows:
            run = info.execution
            find = partial(client.handle, run.workflow_id, run.run_id)
            yield f"{run.workflow_id} {run.run_id}", find


def stored(place: dict[str, Any]) -> "Payloads":
    """The payload store and the codecs; a file of a history needs no domain."""
    from flowy.cli.crossing import payloads_of  # what only shows help opens no store

    path = config_path(place["config"], os.environ, Path.cwd())
    domain = place["domain"] or os.environ.get("FLOWY_DOMAIN")
    return payloads_of(path, domain or (str(parsed(path).get("domain", "")) if path else ""))


def replay_all(
    histories: Iterator[Finding], registry: "Registry", payloads: "Payloads"
) -> Iterator[Replayed]:
    """Replay one history after the other; what is wrong with one does not stop the others."""
    from flowy.testing.replaying import read, replay_events  # pulls in the engine

    for name, find in histories:
        try:
            recorded = read(find())
            events = [payloads.read_event(event) for event in recorded.events]
            turns = replay_events(events, recorded.execution, registry, payloads.load)
        except NonDeterminismError as error:
            yield Replayed(name, "different", 0, error.message, error.hint)
        except FlowyError as error:
            yield Replayed(name, "not replayed", 0, error.message, error.hint)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # task execution: no outcome of it
            yield Replayed(name, "not replayed", 0, f"the code could not run: {error!r}")
        else:
            yield Replayed(name, "same", turns)


def tell(found: Sequence[Replayed], as_json: bool) -> None:
    """Print what became of each history."""
    rows = [{k: getattr(one, k) for k in Replayed.__slots__} for one in found]
    text = "\n".join(map(str, found)) or "no execution of a loaded type is open"
    emit(as_json, text, replayed=rows)


def exit_code(found: Sequence[Replayed]) -> int:
    """The worst of what happened; a difference is worse than not to know."""
    outcomes = {one.outcome for one in found}
    if "different" in outcomes:
        return DIFFERENT
    return UNREPLAYABLE if "not replayed" in outcomes else 0
