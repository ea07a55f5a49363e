"""Slips with children and Lambda functions that type checkers find, one on each marked line."""

from flowy import LambdaProxy, Workflow, WorkflowProxy, workflow


@workflow("Child", 1, "uploads")
class Child(Workflow):
    def run(self, source: str, *, width: int = 128) -> bytes:
        return source.encode() * width


WorkflowProxy("Named")  # wrong: no version
WorkflowProxy(Child, heartbeat=5)  # wrong: a child has none
LambdaProxy("shrink", start_to_close=None)  # wrong: SWF has no NONE here


@workflow("Parent", 1, "uploads")
class Parent(Workflow):
    child = WorkflowProxy(Child)

    def run(self, source: str) -> bytes:
        self.child(5)  # wrong: no str
        self.child(source, height=5)  # wrong: no such argument
        self.child()  # wrong: an argument is missing
        self.external()  # wrong: nobody is named
        size: int = self.child(source).result()  # wrong: no int
        return b"" * size
