"""`flowy register`: register the types of loaded code."""

import sys
from typing import TYPE_CHECKING, Any

import click

from flowy.cli.loading import load_code, plugin_option
from flowy.cli.output import emit, json_option
from flowy.cli.target import connect, target_options

if TYPE_CHECKING:
    from flowy.swf.client import SWFClient
    from flowy.swf.descriptions import RegisteredType
    from flowy.swf.values import TypeId


class Noted:
    """SWF's operations on types, with a note of each type that was not there before."""

    def __init__(self, swf: "SWFClient") -> None:
        self.registered: list[str] = []
        self.names = swf.names
        self._swf = swf

    def describe_activity_type(self, type: "TypeId") -> "RegisteredType":
        """An activity type as it is registered."""
        return self._swf.describe_activity_type(type)

    def describe_workflow_type(self, type: "TypeId") -> "RegisteredType":
        """A workflow type as it is registered."""
        return self._swf.describe_workflow_type(type)

    def register_activity_type(self, type: "TypeId", *given: Any) -> None:
        """Register an activity type."""
        self._swf.register_activity_type(type, *given)
        self.registered.append(f"activity type {type}")

    def register_workflow_type(self, type: "TypeId", *given: Any) -> None:
        """Register a workflow type."""
        self._swf.register_workflow_type(type, *given)
        self.registered.append(f"workflow type {type}")


@click.command()
@click.option("--strict", is_flag=True, help="A type with other defaults is an error.")
@plugin_option
@json_option
@target_options
def register(strict: bool, modules: tuple[str, ...], as_json: bool, **place: Any) -> None:
    """Register the types of the plugins of flowyd.toml and of --plugin, and list what is new.

    Types that are registered with other defaults, or are deprecated, are listed too. The exit code
    is 1 if one of them could not be registered. (flowyd registers what it loads by itself.)
    """
    from flowy.worker.registration import (
        register_types,
        workflows_of,
    )  # what only shows help needs none of it

    registry = load_code(place["config"], modules).registry
    noted = Noted(connect(**place).swf)
    faults = register_types(noted, registry)
    known = len(registry.activities) + len(workflows_of(registry))
    lines = [f"registered the {name}" for name in noted.registered]
    lines += [f"{fault.severity}: {fault}" for fault in faults]
    lines.append(f"{known} types, {len(noted.registered)} of them new")
    told = [{"severity": f.severity, "where": f.where, "message": f.message} for f in faults]
    emit(as_json, "\n".join(lines), registered=noted.registered, types=known, faults=told)
    sys.exit(any(strict or fault.severity == "error" for fault in faults))
