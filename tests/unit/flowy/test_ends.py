from flowy import forms
from flowy.ends import Completed, Continued, end_of
from flowy.errors import ExecutionFailed
from flowy.swf import events as e
from flowy.swf.values import TaskList, TypeId


def end(attributes):
    return end_of(e.Event(9, 0, attributes))


def test_a_completed_execution_has_its_result():
    assert end(e.WorkflowExecutionCompleted(4, "[1]")) == Completed("[1]")
    assert end(e.WorkflowExecutionCompleted(4)) == Completed(None)


def test_a_continued_execution_names_its_next_run():
    continued = e.WorkflowExecutionContinuedAsNew(
        child_policy="TERMINATE",
        decision_task_completed_event_id=4,
        new_execution_run_id="next",
        task_list=TaskList("l"),
        workflow_type=TypeId("W", "1"),
    )
    assert end(continued) == Continued("next")


def test_an_open_execution_has_no_end():
    assert end(e.WorkflowExecutionSignaled("go")) is None


def test_a_failure_tells_the_remote_type_its_message_and_the_details():
    failure = forms.write_failure("ValueError", "no tea", "Traceback…")
    found = end(e.WorkflowExecutionFailed(4, failure.details, failure.reason))
    assert isinstance(found, ExecutionFailed)
    assert (found.status, found.reason) == ("FAILED", "ValueError: no tea")
    assert found.details == failure.details


def test_the_other_ends_tell_their_status_and_why():
    told = [
        end(e.WorkflowExecutionTimedOut("TERMINATE", "START_TO_CLOSE")),
        end(e.WorkflowExecutionCanceled(4, "half")),
        end(e.WorkflowExecutionTerminated("TERMINATE", reason="enough")),
        end(e.WorkflowExecutionTerminated("TERMINATE", cause="CHILD_POLICY_APPLIED")),
    ]
    assert [(found.status, found.reason, found.details) for found in told] == [
        ("TIMED_OUT", "START_TO_CLOSE", ""),
        ("CANCELED", "", "half"),
        ("TERMINATED", "enough", ""),
        ("TERMINATED", "CHILD_POLICY_APPLIED", ""),
    ]
