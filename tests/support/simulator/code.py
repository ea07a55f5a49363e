"""The drawn workflows' types, and executions of them."""

from simulator import steps_calls, steps_joined, steps_lines, steps_memory, steps_others
from simulator.flow import Awaiting, Drawn

from flowy import workflow
from flowy.decider import Execution
from flowy.decider.room import LIMITED, ROOM, Limits
from flowy.registry import Registry
from flowy.slices import BUILT_IN, workflow_of
from flowy.swf.limits import OPEN_TASKS
from flowy.swf.values import ExecutionId, TypeId

FAMILIES = (steps_calls, steps_joined, steps_lines, steps_memory, steps_others)
"""Imported for the steps that they define."""

workflow("Drawn", 1, "decisions")(Drawn)
REGISTRY = Registry()
REGISTRY.add(Drawn)
workflow("Drawn", 2, "decisions")(Awaiting)
REGISTRY.add(Awaiting)
WORKFLOWS = (TypeId("Drawn", "1"), TypeId("Drawn", "2"))
KNOWN = (*WORKFLOWS, *BUILT_IN)
ACTIVITIES = (TypeId("Work", "1"), TypeId("Once", "1"))


Space = tuple[int, int]
"""Bytes in an answer, and open tasks of a kind in an execution."""
WIDE: Space = (ROOM, OPEN_TASKS)


def make(type: TypeId, id: ExecutionId, space: Space) -> Execution:
    room, most = space
    limits = Limits(room, dict.fromkeys(LIMITED, most))
    return Execution(workflow_of(REGISTRY, type), id, REGISTRY, limits)
