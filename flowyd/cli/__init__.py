"""The command `flowyd`: one file per subcommand, each imported when it is called."""

import importlib

import click

COMMANDS = (
    "check",
    "dev",
    "pause",
    "plugins",
    "reload",
    "restart",
    "resume",
    "run",
    "scale",
    "stacks",
    "status",
    "stop",
)


class Lazy(click.Group):
    """A group whose commands are modules of this package."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All of them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        found = importlib.import_module(f"flowyd.cli.{cmd_name}").command
        return found if isinstance(found, click.Command) else None


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="flowyd", prog_name="flowyd")
def main() -> None:
    """The supervisor of flowy workers on this host."""
