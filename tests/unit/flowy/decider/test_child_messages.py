"""Children are cancelled and signaled, as soon as they have started."""

from far_story import FarStory, kinds
from parents import one_of, parent
from workflows import result_of

from flowy.swf import events as e


def test_cancelling_a_running_child_asks_it_and_waits_for_its_outcome():
    def run(self):
        child = self.child("a")
        self.sleep(5).result()
        child.cancel()
        child.cancel()
        return one_of(child)

    story = FarStory(parent(run, workflow_id="w"))
    story.decide()
    story.child("Started", "w")
    story.decide()
    story.fire("sleep-1")
    (request,) = story.decide().decisions
    assert (request.type, request.workflow_id) == ("RequestCancelExternalWorkflowExecution", "w")
    story.arrives("cancel w")
    assert story.decide().decisions == ()
    story.child("Canceled", "w")

    assert result_of(story.decide()) == "TaskCanceled"


def test_cancelling_a_child_that_has_not_started_waits_for_the_start():
    def run(self):
        child = self.child("a")
        child.cancel()
        return one_of(child)

    story = FarStory(parent(run, workflow_id="w"))
    assert kinds(story.decide()) == ["StartChildWorkflowExecution"]
    story.child("Started", "w")
    assert kinds(story.decide()) == ["RequestCancelExternalWorkflowExecution"]
    story.bounces("cancel w")
    story.child("Completed", "w", result="1")

    assert result_of(story.decide()) == 1


def test_cancelling_a_child_that_waits_for_its_arguments_never_starts_it():
    def run(self):
        small = self.resize("a")
        child = self.child(small)
        child.cancel()
        return [one_of(child), small.result()]

    story = FarStory(parent(run))
    story.decide()
    story.complete("resize-1", 1)

    assert result_of(story.decide()) == ["TaskCanceled", 1]


def test_a_cancelled_child_is_not_started_again():
    def run(self):
        child = self.child("a")
        child.cancel()
        return one_of(child)

    story = FarStory(parent(run, retry=5, workflow_id="w"))
    story.decide()
    story.child_fails("w")
    assert kinds(story.decide())[-1] == "CompleteWorkflowExecution"


def test_a_cancel_request_to_the_parent_waits_for_the_child_it_waits_for():
    story = FarStory(parent(lambda self: self.child("a").result(), workflow_id="w"))
    story.decide()
    story.child("Started", "w")
    story.decide()
    story.add(e.WorkflowExecutionCancelRequested(external_initiated_event_id=0))
    assert kinds(story.decide()) == ["RequestCancelExternalWorkflowExecution"]
    story.child("Canceled", "w")

    assert kinds(story.decide()) == ["CancelWorkflowExecution"]


def test_a_signal_to_a_child_is_sent_once_it_has_started():
    def run(self):
        child = self.child("a")
        child.signal("go", {"at": self.resize("b")}).result()
        return child.result()

    story = FarStory(parent(run, workflow_id="w"))
    story.decide()
    story.complete("resize-1", 9)
    assert story.decide().decisions == ()
    story.child("Started", "w")
    (signal,) = story.decide().decisions
    assert (signal.workflow_id, signal.signal_name, signal.input) == ("w", "go", '{"at":9}')
    story.arrives("go")
    story.child("Completed", "w", result="2")

    assert result_of(story.decide()) == 2


def test_a_signal_to_a_child_that_never_starts_fails_with_it():
    def run(self):
        child = self.child("a")
        sent = child.signal("go")
        return [one_of(child), one_of(sent), one_of(child.signal("again"))]

    story = FarStory(parent(run, workflow_id="w"))
    story.refusals["w"] = "WORKFLOW_TYPE_DOES_NOT_EXIST"
    story.decide()

    assert result_of(story.decide()) == ["TaskNotScheduled"] * 3
