"""An unmodified boto3 client against a real engine: lists, counts, filters, retention."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from engine_process import (
    DOMAIN,
    FLOW,
    code,
    register,
    start,
)

SINCE = {"oldestDate": 0}


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
        assert both("closed", closeTimeFilter={"oldestDate": 0, "latestDate": 9e9}) == ["b"]
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
