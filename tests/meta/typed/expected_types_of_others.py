"""What type checkers see of children, Lambda functions and other executions."""

from typing import Any, assert_type

from flowy import (
    ChildPlaceholder,
    External,
    LambdaProxy,
    Placeholder,
    Workflow,
    WorkflowProxy,
    workflow,
)


@workflow("Child", 1, "uploads")
class Child(Workflow):
    def run(self, source: str, *, width: int = 128) -> bytes:
        return source.encode() * width


@workflow("AsyncChild", 1, "uploads")
class AsyncChild(Workflow):
    async def run(self, number: int) -> int:
        return number


assert_type(WorkflowProxy("Child", 1), WorkflowProxy[..., Any])


@workflow("Parent", 1, "uploads")
class Parent(Workflow):
    child = WorkflowProxy(Child, child_policy="ABANDON", tags=("red",), retry=3)
    counts = WorkflowProxy(AsyncChild)
    named = WorkflowProxy("Child", 1)
    shrink = LambdaProxy("shrink", start_to_close=30)

    def run(self, source: str) -> bytes:
        child = self.child(source, width=64)
        assert_type(child, ChildPlaceholder[bytes])
        assert_type(child.workflow_id, str)
        assert_type(child.signal("go", [1]), Placeholder[None])
        assert_type(self.counts(3).result(), int)
        assert_type(self.named(1, anything="goes").result(), Any)
        assert_type(self.shrink({"path": source}), Placeholder[Any])
        other = self.external("other", "run")
        assert_type(other, External)
        assert_type(other.signal("go"), Placeholder[None])
        assert_type(other.cancel(), Placeholder[None])
        with self.options(task_start_to_close=5, execution_start_to_close=60, workflow_id="w"):
            return self.child(source).result()

    def next_run(self, source: str) -> int:
        self.restart(source)  # never returns, so nothing need be returned
