"""`flowyd plugins`' child: loads each plugin by itself and tells what it gave."""

import os
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import msgspec

from flowy.plugins import GROUP, Loaded, load
from flowy.registry import Registry
from flowyd.control.status import FaultStatus, PluginStatus, TypeStatus
from flowyd.supervisor.messages import Load


def main() -> int:
    """Load, and write the list as JSON to what was standard output."""
    answer = os.dup(1)
    os.dup2(2, 1)
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Load)
    sys.path.append(str(Path.cwd()))
    with os.fdopen(answer, "wb") as out:
        out.write(msgspec.json.encode(list(plugins_of(order))))
    return 0


def plugins_of(order: Load) -> Iterator[PluginStatus]:
    """Each plugin that is configured, by name."""
    points = {point.name: point for point in entry_points(group=GROUP)}
    wanted = sorted(points) if order.enabled is None else order.enabled
    for name in dict.fromkeys(wanted):
        point = points.get(name)
        source = f"entry point {point.value}" if point else "not installed"
        told = status_of(name, source, load([name], ()))
        yield replace_package(told, point) if point else told
    for module in order.modules:
        yield status_of(module, f"module {module}", load([], (module,)))


def replace_package(told: PluginStatus, point: EntryPoint) -> PluginStatus:
    """The same with the distribution that an entry point comes from."""
    package = f"{point.dist.name} {point.dist.version}" if point.dist else ""
    return msgspec.structs.replace(told, package=package)


def status_of(name: str, source: str, loaded: Loaded) -> PluginStatus:
    """What one plugin gave."""
    module = next((m for m in loaded.hooks.get_plugins() if m is not None), None)
    return PluginStatus(
        name=name,
        source=source,
        package="",
        file=getattr(module, "__file__", None) or "",
        loaded=name in loaded.names,
        types=list(types_of(loaded.registry)),
        faults=[FaultStatus(f.where, f.message, f.hint, f.severity) for f in loaded.faults],
    )


def types_of(registry: Registry) -> Iterator[TypeStatus]:
    """Everything that a registry knows."""
    for workflow in registry.workflows.values():
        task_list = str(workflow.options.task_list)
        yield TypeStatus("workflow", str(workflow.type), task_list, workflow.origin)
    for activity in registry.activities.values():
        task_list = str(activity.options.task_list)
        yield TypeStatus("activity", str(activity.type), task_list, activity.origin)
    for function in registry.lambdas.values():
        yield TypeStatus("lambda", function.name, "", function.origin)


if __name__ == "__main__":
    sys.exit(main())
