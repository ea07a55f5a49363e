"""An unmodified boto3 client against a real engine: every operation, every fault it can give."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from engine_process import (
    DOMAIN,
    FLOW,
    WORK,
    Engine,
    decide,
    decision,
    history,
    poll_activity,
    poll_decision,
    register,
    running,
    schedule,
    start,
    types,
)

SINCE = {"oldestDate": 0}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with running(":memory:", hold=0.05) as engine:
        register(engine.client())
        yield engine


@pytest.fixture
def swf(engine: Engine) -> Any:
    return engine.client()


@pytest.fixture
def name() -> str:
    return f"n-{uuid4()}"


def code(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    fault = error.value.response["Error"]
    return fault["Code"], fault["Message"]


class TestDomains:
    def test_life(self, swf: Any, name: str) -> None:
        swf.register_domain(
            name=name, workflowExecutionRetentionPeriodInDays="NONE", description="text"
        )
        with pytest.raises(ClientError) as error:
            swf.register_domain(name=name, workflowExecutionRetentionPeriodInDays="1")
        assert code(error) == ("DomainAlreadyExistsFault", name)
        found = swf.describe_domain(name=name)
        assert found["configuration"] == {"workflowExecutionRetentionPeriodInDays": "NONE"}
        info = {
            "name": name,
            "status": "REGISTERED",
            "description": "text",
            "arn": f"arn:aws:swf:eu-west-1:000000000000:/domain/{name}",
        }
        assert found["domainInfo"] == info
        with pytest.raises(ClientError) as error:
            swf.undeprecate_domain(name=name)
        assert code(error) == ("DomainAlreadyExistsFault", name)
        swf.deprecate_domain(name=name)
        with pytest.raises(ClientError) as error:
            swf.deprecate_domain(name=name)
        assert code(error) == ("DomainDeprecatedFault", name)
        swf.undeprecate_domain(name=name)
        assert swf.describe_domain(name=name)["domainInfo"]["status"] == "REGISTERED"

    def test_list_in_order_and_in_pages(self, swf: Any) -> None:
        names = sorted(f"list-{number}-{uuid4()}" for number in range(5))
        for one in names:
            swf.register_domain(name=one, workflowExecutionRetentionPeriodInDays="1")
        for reverse in (False, True):
            pages = swf.get_paginator("list_domains").paginate(
                registrationStatus="REGISTERED",
                reverseOrder=reverse,
                PaginationConfig={"PageSize": 2},
            )
            found = [info["name"] for page in pages for info in page["domainInfos"]]
            assert found == sorted(found, reverse=reverse)
            assert set(names) <= set(found)

    @pytest.mark.parametrize("retention", ["91", "x", "-1", ""])
    def test_bad_retention(self, engine: Engine, name: str, retention: str) -> None:
        request = {"name": name, "workflowExecutionRetentionPeriodInDays": retention}
        status, fault = engine.post("RegisterDomain", request)
        assert (status, fault["__type"]) == (400, "com.amazon.coral.validate#ValidationException")

    @pytest.mark.parametrize("bad", ["a:b", "a/b", "a|b", "arn", "a\tb", " a"])
    def test_bad_name(self, swf: Any, bad: str) -> None:
        with pytest.raises(ClientError) as error:
            swf.register_domain(name=bad, workflowExecutionRetentionPeriodInDays="1")
        assert code(error)[0] == "ValidationException"

    def test_tags(self, swf: Any, name: str) -> None:
        swf.register_domain(
            name=name,
            workflowExecutionRetentionPeriodInDays="1",
            tags=[{"key": "a", "value": "1"}],
        )
        arn = swf.describe_domain(name=name)["domainInfo"]["arn"]
        swf.tag_resource(resourceArn=arn, tags=[{"key": "b", "value": "2"}, {"key": "a"}])
        swf.untag_resource(resourceArn=arn, tagKeys=["b", "unknown"])
        assert swf.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "a", "value": ""}]
        with pytest.raises(swf.exceptions.TooManyTagsFault):
            swf.tag_resource(resourceArn=arn, tags=[{"key": str(n)} for n in range(51)])

    def test_deprecation_takes_the_types_along(self, swf: Any, name: str) -> None:
        register(swf, name)
        swf.deprecate_domain(name=name)
        assert (
            swf.list_workflow_types(domain=name, registrationStatus="REGISTERED")["typeInfos"] == []
        )
        with pytest.raises(ClientError) as error:
            swf.start_workflow_execution(domain=name, workflowId="w", workflowType=FLOW)
        assert code(error) == ("DomainDeprecatedFault", name)


KINDS = ["activity", "workflow"]


@pytest.mark.parametrize("kind", KINDS)
class TestTypes:
    def call(self, swf: Any, verb: str, kind: str, **arguments: Any) -> Any:
        return getattr(swf, f"{verb}_{kind}_type")(domain=DOMAIN, **arguments)

    def test_life(self, swf: Any, kind: str, name: str) -> None:
        type_id = {"name": name, "version": "1"}
        named = {f"{kind}Type": type_id}
        shown = f"{kind.capitalize()}Type=[name={name}, version=1]"
        self.call(swf, "register", kind, **type_id, defaultTaskStartToCloseTimeout="5")
        with pytest.raises(ClientError) as error:
            self.call(swf, "register", kind, **type_id)
        assert code(error) == ("TypeAlreadyExistsFault", shown)
        found = self.call(swf, "describe", kind, **named)
        assert found["configuration"] == {"defaultTaskStartToCloseTimeout": "5"}
        assert set(found["typeInfo"]) == {"creationDate", "status", f"{kind}Type"}
        with pytest.raises(ClientError) as error:
            self.call(swf, "delete", kind, **named)
        assert code(error)[0] == "TypeNotDeprecatedFault"
        with pytest.raises(ClientError) as error:
            self.call(swf, "undeprecate", kind, **named)
        assert code(error) == ("TypeAlreadyExistsFault", shown)
        self.call(swf, "deprecate", kind, **named)
        assert "deprecationDate" in self.call(swf, "describe", kind, **named)["typeInfo"]
        with pytest.raises(ClientError) as error:
            self.call(swf, "deprecate", kind, **named)
        assert code(error) == ("TypeDeprecatedFault", shown)
        self.call(swf, "undeprecate", kind, **named)
        assert "deprecationDate" not in self.call(swf, "describe", kind, **named)["typeInfo"]
        self.call(swf, "deprecate", kind, **named)
        self.call(swf, "delete", kind, **named)
        with pytest.raises(ClientError) as error:
            self.call(swf, "describe", kind, **named)
        assert code(error) == ("UnknownResourceFault", f"Unknown type: {shown}")
        self.call(swf, "register", kind, **type_id)

    def test_list(self, swf: Any, kind: str, name: str) -> None:
        for version in ("2", "1", "3"):
            self.call(swf, "register", kind, name=name, version=version)
        pages = swf.get_paginator(f"list_{kind}_types").paginate(
            domain=DOMAIN,
            name=name,
            registrationStatus="REGISTERED",
            PaginationConfig={"PageSize": 2},
        )
        infos = [info for page in pages for info in page["typeInfos"]]
        assert [info[f"{kind}Type"]["version"] for info in infos] == ["1", "2", "3"]


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


class TestVisibility:
    @pytest.fixture
    def domain(self, swf: Any, name: str) -> str:
        register(swf, name)
        return name

    def ids(self, answer: Any) -> list[str]:
        return [info["execution"]["workflowId"] for info in answer["executionInfos"]]

    def begin(self, swf: Any, domain: str, workflow_id: str, **options: Any) -> None:
        swf.start_workflow_execution(
            domain=domain, workflowId=workflow_id, workflowType=FLOW, **options
        )

    def test_lists_counts_filters(self, swf: Any, domain: str) -> None:
        self.begin(swf, domain, "a", tagList=["x", "y"])
        self.begin(swf, domain, "b")
        self.begin(swf, domain, "c", tagList=["X"])
        swf.terminate_workflow_execution(domain=domain, workflowId="b")

        def both(verb: str, **options: Any) -> list[str]:
            listed = getattr(swf, f"list_{verb}_workflow_executions")(domain=domain, **options)
            counted = getattr(swf, f"count_{verb}_workflow_executions")(domain=domain, **options)
            assert counted["count"] == len(self.ids(listed))
            return self.ids(listed)

        assert both("open", startTimeFilter=SINCE) == ["c", "a"]
        assert both("open", startTimeFilter=SINCE, tagFilter={"tag": "x"}) == ["a"]
        assert both("open", startTimeFilter=SINCE, typeFilter={"name": "Flow"}) == ["c", "a"]
        assert both("open", startTimeFilter=SINCE, typeFilter={"name": "no"}) == []
        assert both("open", startTimeFilter={"oldestDate": 0, "latestDate": 1}) == []
        assert both("open", startTimeFilter=SINCE, executionFilter={"workflowId": "c"}) == ["c"]
        assert both("closed", closeTimeFilter=SINCE) == ["b"]
        terminated = {"status": "TERMINATED"}
        assert both("closed", startTimeFilter=SINCE, closeStatusFilter=terminated) == ["b"]
        completed = {"status": "COMPLETED"}
        assert both("closed", startTimeFilter=SINCE, closeStatusFilter=completed) == []
        with pytest.raises(ClientError) as error:
            both("closed")
        assert code(error)[1] == "Must specify time filter"
        with pytest.raises(ClientError) as error:
            both("closed", startTimeFilter=SINCE, closeTimeFilter=SINCE)
        assert "both a startTimeFilter and a closeTimeFilter" in code(error)[1]
        with pytest.raises(ClientError) as error:
            both("open", startTimeFilter=SINCE, tagFilter={"tag": "x"}, typeFilter={"name": "n"})
        assert "more than one exclusive filters" in code(error)[1]

    def test_pages_and_reverse_order(self, swf: Any, domain: str) -> None:
        names = [str(number) for number in range(7)]
        for one in names:
            self.begin(swf, domain, one)
        for one in names[::2]:
            swf.terminate_workflow_execution(domain=domain, workflowId=one)
        for verb, wanted in (("open", names[1::2]), ("closed", names[::2])):
            for reverse in (False, True):
                pages = swf.get_paginator(f"list_{verb}_workflow_executions").paginate(
                    domain=domain,
                    startTimeFilter=SINCE,
                    reverseOrder=reverse,
                    PaginationConfig={"PageSize": 2},
                )
                found = [one for page in pages for one in self.ids(page)]
                assert found == (wanted if reverse else wanted[::-1])

    def test_retention_none_forgets_at_once(self, swf: Any, name: str) -> None:
        swf.register_domain(name=name, workflowExecutionRetentionPeriodInDays="NONE")
        swf.register_workflow_type(
            domain=name,
            **FLOW,
            defaultTaskList={"name": "x"},
            defaultTaskStartToCloseTimeout="5",
            defaultExecutionStartToCloseTimeout="5",
            defaultChildPolicy="TERMINATE",
        )
        run = swf.start_workflow_execution(domain=name, workflowId="w", workflowType=FLOW)["runId"]
        swf.terminate_workflow_execution(domain=name, workflowId="w")
        with pytest.raises(swf.exceptions.UnknownResourceFault):
            swf.describe_workflow_execution(
                domain=name, execution={"workflowId": "w", "runId": run}
            )
        assert (
            self.ids(swf.list_closed_workflow_executions(domain=name, startTimeFilter=SINCE)) == []
        )

    def test_execution_of_another_domain_is_unknown(self, swf: Any, domain: str, name: str) -> None:
        execution = start(swf, "elsewhere")
        with pytest.raises(swf.exceptions.UnknownResourceFault):
            swf.describe_workflow_execution(domain=domain, execution=execution)
        swf.terminate_workflow_execution(domain=DOMAIN, workflowId="elsewhere")

    def test_pending_counts_waiting_tasks(self, swf: Any, domain: str) -> None:
        place = {"domain": domain, "taskList": {"name": "decisions"}}
        assert swf.count_pending_decision_tasks(**place)["count"] == 0
        self.begin(swf, domain, "w")
        assert swf.count_pending_decision_tasks(**place)["count"] == 1
        swf.poll_for_decision_task(**place)
        assert swf.count_pending_decision_tasks(**place)["count"] == 0


def test_validation_lists_all_that_is_wrong(engine: Engine) -> None:
    request = {"name": "x" * 257, "workflowExecutionRetentionPeriodInDays": None}
    _, fault = engine.post("RegisterDomain", request)
    assert fault["message"] == (
        "2 validation errors detected: Value null at 'workflowExecutionRetentionPeriodInDays'"
        " failed to satisfy constraint: Member must not be null; Value '" + "x" * 257 + "' at"
        " 'name' failed to satisfy constraint: Member must have length less than or equal to 256"
    )


def test_enum_and_number_texts(engine: Engine) -> None:
    request = {"registrationStatus": "X", "maximumPageSize": 1001}
    _, fault = engine.post("ListDomains", request)
    assert fault["message"] == (
        "2 validation errors detected: Value 'X' at 'registrationStatus' failed to satisfy"
        " constraint: Member must satisfy enum value set: [REGISTERED, DEPRECATED]; Value '1001'"
        " at 'maximumPageSize' failed to satisfy constraint: Member must have value less than or"
        " equal to 1000"
    )


def test_decision_paths_count_from_one(engine: Engine) -> None:
    request = {
        "taskToken": "x",
        "decisions": [{"decisionType": "StartTimer", "startTimerDecisionAttributes": {}}],
    }
    _, fault = engine.post("RespondDecisionTaskCompleted", request)
    for member in ("timerId", "startToFireTimeout"):
        path = f"decisions.1.member.startTimerDecisionAttributes.{member}"
        assert f"Value null at '{path}'" in fault["message"]


def test_no_operation_of_the_model_is_missing() -> None:
    from flowy.engine.model import Model
    from flowy.engine.operations import OPERATIONS, RELEASE_POLLS

    assert set(Model().operations) == set(OPERATIONS) - {RELEASE_POLLS}
