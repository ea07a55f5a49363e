"""Slices of a map, `self.map(..., per_child=N)`: child executions of a workflow type of our own.

One execution has 25,000 events, which is some 8,000 activities. Every decider knows this type and
every registration registers it; it runs on the task list of its parent.
"""

from collections.abc import Callable
from typing import Any

from flowy import written_options
from flowy._workflow import Workflow, workflow
from flowy.placeholders import Placeholder
from flowy.proxies import ActivityProxy
from flowy.registry import Registry, WorkflowDefinition, definition
from flowy.swf.values import TypeId

TYPE = TypeId("flowy.map", "1")


@workflow(TYPE.name, TYPE.version, "flowy.map")
class MapSlice(Workflow):
    """One slice of a map that flowy spreads over child executions."""

    def run(
        self, name: str, version: str, said: dict[str, Any], items: list[Any], at_once: int
    ) -> Placeholder[list[Any]]:
        """Call the activity of that name and version for each item."""
        proxy: ActivityProxy[..., Any] = ActivityProxy(name, version)
        proxy.options = written_options.read(said)
        call: Callable[[Any], Placeholder[Any]] = proxy.__get__(self, type(self))
        return self.map(call, items, at_once=at_once)


def built_in() -> dict[TypeId, WorkflowDefinition]:
    """The workflow types that flowy brings with it."""
    known = definition(MapSlice)
    return {TYPE: known} if isinstance(known, WorkflowDefinition) else {}


BUILT_IN = built_in()


def workflow_of(registry: Registry, type: TypeId) -> WorkflowDefinition:
    """The workflow of that type: one of ours, or one of the plugins'.

    Raises:
        UnknownType: if nothing defines it.
    """
    return BUILT_IN.get(type) or registry.workflow(type)
