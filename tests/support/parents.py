"""A parent with a child, for the decider's tests."""

from workflows import make

from flowy import Workflow, WorkflowProxy, workflow
from flowy.errors import TaskError


@workflow("Child", 2, "child_list", task_start_to_close=11, tags=("decorator",))
class Child(Workflow):
    def run(self, source): ...


def parent(run, **options):
    return make(run, child=WorkflowProxy(Child, **options), other=WorkflowProxy("Elsewhere", 3))


def one(self, source="a"):
    """Start one child; tell how it ended."""
    try:
        return self.child(source).result()
    except TaskError as error:
        return [type(error).__name__, str(error)]


def started(story):
    """The workflowId of the child that the story's next decision starts."""
    (start,) = story.decide().decisions
    return start.workflow_id


def one_of(child):
    try:
        return child.result()
    except TaskError as error:
        return type(error).__name__
