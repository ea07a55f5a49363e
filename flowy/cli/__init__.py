"""The `flowy` command. Each subcommand is one file, imported when it is asked for."""

import importlib
from typing import Any

import click

from flowy.errors import FlowyError, ServiceUnreachable, Throttled, UnknownResource

COMMANDS = {
    "cancel": "Ask an execution to cancel itself.",
    "complete": "Finish an activity task by its token.",
    "dev": "Run an engine, deciders and workers in this process.",
    "domain": "Work with domains.",
    "engine": "Serve SWF from this host, over SQLite.",
    "fail": "Let an activity task fail by its token.",
    "graph": "Draw what an execution asked for, as text.",
    "history": "Print the events of an execution.",
    "list": "List executions.",
    "payloads": "Look after the payload store.",
    "register": "Register the types of loaded code.",
    "replay": "Run loaded workflow code over recorded histories.",
    "result": "Wait for an execution's result.",
    "show": "Tell what is known of an execution.",
    "signal": "Send a signal to an execution.",
    "start": "Start an execution.",
    "terminate": "Close an execution at once.",
    "wake": "Have a parked execution decided now.",
}
"""Each subcommand, with the line that --help shows without importing it."""

FILES = {"list": "executions"}
"""Where the file has another name than the subcommand, which is a builtin's."""


NOT_THERE = 3
OUT_OF_REACH = 4


class Told(click.ClickException):
    """An error of flowy, as one line and a hint, with its exit code."""

    def __init__(self, error: FlowyError) -> None:
        super().__init__(error.message)
        self.hint = error.hint
        self.code = code_of(error)

    def format_message(self) -> str:
        """The line, and the hint below it."""
        return self.message + (f"\nHint: {self.hint}" if self.hint else "")

    @property
    def exit_code(self) -> int:  # type: ignore[override]  # click's is the same for all of a class
        """The code of this error."""
        return self.code


def code_of(error: FlowyError) -> int:
    """The exit code of an error, as the help of the command lists them."""
    if isinstance(error, UnknownResource):
        return NOT_THERE
    return OUT_OF_REACH if isinstance(error, ServiceUnreachable | Throttled) else 1


class Commands(click.Group):
    """A group that imports a subcommand only to run it: boto3 and the engine take their time."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """All names."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        """The subcommand of that name."""
        if cmd_name not in COMMANDS:
            return None
        name = FILES.get(cmd_name, cmd_name)
        command: click.Command = getattr(importlib.import_module(f"flowy.cli.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        """The list of subcommands, without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; errors of flowy are told in a line, not as a traceback."""
        try:
            return super().invoke(ctx)
        except FlowyError as error:
            raise Told(error) from error


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="flowyd", prog_name="flowy")
def main() -> None:
    """Start and watch workflow executions on Amazon SWF, or on the engine in its place.

    Exit codes: 0 done, 1 failed or refused, 2 wrong usage, 3 no such execution, type or domain,
    4 SWF out of reach or throttling.
    """
