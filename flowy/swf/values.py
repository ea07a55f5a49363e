"""The small values that SWF's requests, decisions and events are made of."""

from msgspec import Struct


class TaskList(Struct, frozen=True, gc=False):
    """A task list: a name in a domain, created by its first use."""

    name: str


class TypeId(Struct, frozen=True, gc=False):
    """An activity type or a workflow type: name and version together are its identity."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name}/{self.version}"


class ExecutionId(Struct, frozen=True, gc=False, rename="camel"):
    """One run of a workflow. The workflowId is yours, the runId is SWF's."""

    workflow_id: str
    run_id: str
