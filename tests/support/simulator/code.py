"""The drawn workflows' types, and executions of them."""

from simulator import steps_calls, steps_lines, steps_memory
from simulator.flow import Drawn

from flowy import workflow
from flowy.decider import Execution
from flowy.registry import Registry
from flowy.swf.values import ExecutionId, TypeId

FAMILIES = (steps_calls, steps_lines, steps_memory)
"""Imported for the steps that they define."""

workflow("Drawn", 1, "decisions")(Drawn)
REGISTRY = Registry()
REGISTRY.add(Drawn)
DRAWN = TypeId("Drawn", "1")
WORKFLOWS = (DRAWN,)
ACTIVITIES = (TypeId("Work", "1"), TypeId("Once", "1"))


def make(id: ExecutionId, room: int) -> Execution:
    return Execution(REGISTRY.workflow(DRAWN), id, REGISTRY, room)
