"""An unmodified boto3 client against a real engine: executions, tasks and their faults."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from engine_process import (
    DOMAIN,
    FLOW,
    WORK,
    code,
    decide,
    decision,
    history,
    poll_activity,
    poll_decision,
    schedule,
    start,
    types,
)


class TestStart:
    def test_open_workflow_id_is_refused_and_free_after_closing(self, swf: Any, name: str) -> None:
        first = start(swf, name)
        assert len(first["runId"]) == 46
        with pytest.raises(swf.exceptions.WorkflowExecutionAlreadyStartedFault):
            start(swf, name)
        swf.terminate_workflow_execution(domain=DOMAIN, workflowId=name)
        assert start(swf, name)["runId"] != first["runId"]
        swf.terminate_workflow_execution(domain=DOMAIN, workflowId=name)

    def test_faults(self, swf: Any, name: str) -> None:
        for options, wanted in (
            ({"domain": "nowhere"}, ("UnknownResourceFault", "Unknown domain: nowhere")),
            (
                {"workflowType": {"name": "x", "version": "1"}},
                ("UnknownResourceFault", "Unknown type: WorkflowType=[name=x, version=1]"),
            ),
        ):
            request = {"domain": DOMAIN, "workflowId": name, "workflowType": FLOW} | options
            with pytest.raises(ClientError) as error:
                swf.start_workflow_execution(**request)
            assert code(error) == wanted

    def test_missing_defaults_are_named_one_by_one(self, swf: Any, name: str) -> None:
        swf.register_workflow_type(domain=DOMAIN, name=name, version="1")
        given: dict[str, Any] = {}
        for member, value in (
            ("executionStartToCloseTimeout", "60"),
            ("taskList", {"name": "x"}),
            ("taskStartToCloseTimeout", "5"),
            ("childPolicy", "TERMINATE"),
        ):
            with pytest.raises(ClientError) as error:
                start(swf, name, **given, workflowType={"name": name, "version": "1"})
            assert code(error) == ("DefaultUndefinedFault", member)
            given[member] = value


class TestExecution:
    def test_whole_life(self, swf: Any, name: str) -> None:
        execution = start(swf, name, input="in", tagList=["t"])
        task = decide(swf, schedule("a", input="x", control="c"), executionContext="ctx")
        assert task["previousStartedEventId"] == 0
        assert task["workflowType"] == FLOW
        assert (
            swf.count_pending_activity_tasks(domain=DOMAIN, taskList={"name": "work"})["count"] == 1
        )
        activity = poll_activity(swf, identity="me")
        assert set(activity) - {"ResponseMetadata"} == {
            "activityId",
            "activityType",
            "input",
            "startedEventId",
            "taskToken",
            "workflowExecution",
        }
        assert activity["activityType"] == WORK
        token = activity["taskToken"]
        assert swf.record_activity_task_heartbeat(taskToken=token)["cancelRequested"] is False
        swf.request_cancel_workflow_execution(domain=DOMAIN, workflowId=name)
        decide(swf, decision("RequestCancelActivityTask", activityId="a"))
        assert swf.record_activity_task_heartbeat(taskToken=token)["cancelRequested"] is True
        swf.respond_activity_task_canceled(taskToken=token, details="bye")
        described = swf.describe_workflow_execution(domain=DOMAIN, execution=execution)
        assert described["openCounts"]["openActivityTasks"] == 0
        assert described["latestExecutionContext"] == "ctx"
        assert described["executionInfo"]["cancelRequested"] is True
        decide(swf, decision("CancelWorkflowExecution", details="d"))
        assert types(swf, execution)[-3:] == [
            "DecisionTaskStarted",
            "DecisionTaskCompleted",
            "WorkflowExecutionCanceled",
        ]
        described = swf.describe_workflow_execution(domain=DOMAIN, execution=execution)
        assert described["executionInfo"]["closeStatus"] == "CANCELED"
        with pytest.raises(ClientError) as error:
            swf.record_activity_task_heartbeat(taskToken=token)
        text = f"WorkflowExecution=[workflowId={name}, runId={execution['runId']}]"
        assert code(error) == ("UnknownResourceFault", f"Unknown execution: {text}")

    def test_second_answer_to_an_activity_is_refused(self, swf: Any, name: str) -> None:
        start(swf, name)
        decide(swf, schedule("a"))
        token = poll_activity(swf)["taskToken"]
        swf.respond_activity_task_failed(taskToken=token, reason="r", details="d")
        with pytest.raises(ClientError) as error:
            swf.respond_activity_task_completed(taskToken=token)
        assert code(error) == ("UnknownResourceFault", "Unknown activity, scheduledEventId = 5")
        swf.terminate_workflow_execution(domain=DOMAIN, workflowId=name)

    @pytest.mark.parametrize("token", ["x", "AAAA", "not base64 at all"])
    def test_malformed_token(self, swf: Any, token: str) -> None:
        with pytest.raises(ClientError) as error:
            swf.respond_activity_task_completed(taskToken=token)
        assert code(error) == ("ValidationException", "Invalid token")

    def test_signal_cancel_terminate_of_closed_executions(self, swf: Any, name: str) -> None:
        execution = start(swf, name)
        swf.signal_workflow_execution(domain=DOMAIN, signalName="s", input="", **execution)
        swf.terminate_workflow_execution(
            domain=DOMAIN, reason="r", details="d", childPolicy="ABANDON", **execution
        )
        last = history(swf, execution)[-1]["workflowExecutionTerminatedEventAttributes"]
        assert last == {
            "cause": "OPERATOR_INITIATED",
            "childPolicy": "ABANDON",
            "details": "d",
            "reason": "r",
        }
        text = f"WorkflowExecution=[workflowId={name}, runId={execution['runId']}]"
        for call, extra in (
            (swf.signal_workflow_execution, {"signalName": "s"}),
            (swf.request_cancel_workflow_execution, {}),
            (swf.terminate_workflow_execution, {}),
        ):
            with pytest.raises(ClientError) as error:
                call(domain=DOMAIN, **execution, **extra)
            assert code(error) == ("UnknownResourceFault", f"Unknown execution: {text}")
            with pytest.raises(ClientError) as error:
                call(domain=DOMAIN, workflowId=name, **extra)
            assert code(error)[1] == f"Unknown execution, workflowId = {name}"

    def test_history_in_pages_and_reverse(self, swf: Any, name: str) -> None:
        execution = start(swf, name)
        for _ in range(150):
            swf.signal_workflow_execution(domain=DOMAIN, workflowId=name, signalName="s")
        first = swf.get_workflow_execution_history(
            domain=DOMAIN, execution=execution, maximumPageSize=1000
        )
        assert len(first["events"]) == 100
        assert [event["eventId"] for event in history(swf, execution)] == list(range(1, 153))
        pages = swf.get_paginator("get_workflow_execution_history").paginate(
            domain=DOMAIN, execution=execution, reverseOrder=True, maximumPageSize=76
        )
        ids = [[event["eventId"] for event in page["events"]] for page in pages]
        assert ids == [list(range(152, 76, -1)), list(range(76, 0, -1))]
        task = poll_decision(swf)
        assert len(task["events"]) == 100
        swf.terminate_workflow_execution(domain=DOMAIN, workflowId=name)

    def test_decision_poll_in_pages_keeps_its_view(self, swf: Any, name: str) -> None:
        start(swf, name)
        for _ in range(150):
            swf.signal_workflow_execution(domain=DOMAIN, workflowId=name, signalName="s")
        for reverse in (False, True):
            first = poll_decision(swf, reverseOrder=reverse)
            swf.signal_workflow_execution(domain=DOMAIN, workflowId=name, signalName="late")
            second = poll_decision(swf, reverseOrder=reverse, nextPageToken=first["nextPageToken"])
            for member in ("taskToken", "startedEventId", "previousStartedEventId"):
                assert first[member] == second[member]
            ids = [event["eventId"] for event in first["events"] + second["events"]]
            assert sorted(ids, reverse=reverse) == ids
            assert set(ids) == set(range(1, first["startedEventId"] + 1))
            assert ("nextPageToken" in second) == (len(ids) < first["startedEventId"])
            swf.respond_decision_task_completed(taskToken=first["taskToken"])
        with pytest.raises(swf.exceptions.UnknownResourceFault):
            poll_decision(swf, reverseOrder=True, nextPageToken=first["nextPageToken"])
        swf.terminate_workflow_execution(domain=DOMAIN, workflowId=name)

    def test_start_at_previous_started_event(self, swf: Any, name: str) -> None:
        start(swf, name)
        task = poll_decision(swf, startAtPreviousStartedEvent=True)
        assert [event["eventId"] for event in task["events"]] == [1, 2, 3]
        swf.respond_decision_task_completed(taskToken=task["taskToken"])
        swf.signal_workflow_execution(domain=DOMAIN, workflowId=name, signalName="s")
        task = poll_decision(swf, startAtPreviousStartedEvent=True)
        assert task["previousStartedEventId"] == 3
        assert [event["eventId"] for event in task["events"]] == [3, 4, 5, 6, 7]
        swf.terminate_workflow_execution(domain=DOMAIN, workflowId=name)

    def test_bad_decisions_leave_the_task_running(self, swf: Any, name: str) -> None:
        start(swf, name)
        token = poll_decision(swf)["taskToken"]
        close = decision("CompleteWorkflowExecution")
        bad_timer = decision("StartTimer", timerId="t", startToFireTimeout="soon")
        for decisions, wanted in (
            ([close, close], "Close must be last decision in list"),
            ([bad_timer], "startTimerDecisionAttributes.startToFireTimeout"),
            ([{"decisionType": "StartTimer"}], "1 validation error detected: Value null at"),
        ):
            with pytest.raises(ClientError) as error:
                swf.respond_decision_task_completed(taskToken=token, decisions=decisions)
            assert code(error)[0] == "ValidationException"
            assert wanted in code(error)[1]
        swf.respond_decision_task_completed(taskToken=token, decisions=[close])
