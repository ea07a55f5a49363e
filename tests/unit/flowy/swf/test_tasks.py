import pytest

from flowy.swf.endpoints import is_loopback
from flowy.swf.events import DecisionTaskStarted
from flowy.swf.tasks import activity_task, decision_task, lambda_task
from flowy.swf.values import ExecutionId, TypeId

STARTED = {
    "eventId": 3,
    "eventTimestamp": 12.5,
    "eventType": "DecisionTaskStarted",
    "decisionTaskStartedEventAttributes": {"scheduledEventId": 2},
}
WIRE = {
    "taskToken": "token",
    "startedEventId": 3,
    "workflowExecution": {"workflowId": "w", "runId": "r"},
    "workflowType": {"name": "W", "version": "1"},
    "activityType": {"name": "A", "version": "2"},
    "activityId": "a",
    "events": [],
}


def test_a_decision_task_is_read_with_all_its_events():
    task = decision_task(WIRE, [STARTED])
    assert (task.token, task.execution) == ("token", ExecutionId("w", "r"))
    assert (task.type, task.started_event_id) == (TypeId("W", "1"), 3)
    assert (task.previous_started_event_id, task.unreadable) == (0, "")
    assert task.events[0].at == 12_500
    assert task.events[0].attributes == DecisionTaskStarted(2)


def test_an_event_that_we_do_not_know_is_told_and_does_not_lose_the_task():
    task = decision_task(WIRE, [{"eventId": 2, "eventType": "Invented"}, STARTED])
    assert "event 2 has the unknown type 'Invented'" in task.unreadable
    assert [event.id for event in task.events] == [3]


def test_an_activity_task_without_input_is_read():
    task = activity_task(WIRE)
    assert (task.id, task.type, task.input) == ("a", TypeId("A", "2"), None)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9:80", "[::1]:80", "localhost:4711"])
def test_endpoints_on_this_host(host):
    assert is_loopback(f"http://{host}")


@pytest.mark.parametrize(
    "url", [None, "", "http://10.0.0.1", "https://swf.eu-west-1.amazonaws.com"]
)
def test_endpoints_elsewhere(url):
    assert not is_loopback(url)


def test_a_lambda_task_without_a_payload_has_an_empty_object():
    assert lambda_task(WIRE | {"name": "f"}).input == "{}"
    task = lambda_task(WIRE | {"name": "f", "input": '"x"'})
    assert (task.name, task.input, task.execution) == ("f", '"x"', ExecutionId("w", "r"))
