"""What settings lower or forbid."""

import pytest
from service_play import ACTIVITIES, DECISIONS, DOMAIN, FLOW, FLOW_DEFAULTS, WORK, ServicePlay

ALL_TIME = {"oldestDate": 0}


def test_domains_are_limited_and_deprecated_ones_count() -> None:
    play = ServicePlay(domains=2)
    retention = {"workflowExecutionRetentionPeriodInDays": "1"}
    play.ok("RegisterDomain", name="second", **retention)
    play.ok("DeprecateDomain", name="second")
    assert play.fault("RegisterDomain", name="third", **retention)[0] == "LimitExceededFault"


@pytest.mark.parametrize("kind", ["Activity", "Workflow"])
def test_types_of_each_kind_are_limited_and_deprecated_ones_count(kind: str) -> None:
    play = ServicePlay(types=2)
    named = {"domain": DOMAIN, "name": "n"}
    play.ok(f"Register{kind}Type", version="1", **named)
    asked = {f"{kind.lower()}Type": {"name": "n", "version": "1"}}
    play.ok(f"Deprecate{kind}Type", domain=DOMAIN, **asked)
    refused = play.fault(f"Register{kind}Type", version="2", **named)
    assert refused[0] == "LimitExceededFault"
    play.ok(f"Delete{kind}Type", domain=DOMAIN, **asked)
    play.ok(f"Register{kind}Type", version="2", **named)


def test_open_executions_of_a_domain_are_limited() -> None:
    play = ServicePlay(open_executions=1)
    play.start()
    asked = {"domain": DOMAIN, "workflowId": "x", "workflowType": FLOW}
    assert play.fault("StartWorkflowExecution", **asked)[0] == "LimitExceededFault"
    play.ok("TerminateWorkflowExecution", domain=DOMAIN, workflowId="w")
    play.ok("StartWorkflowExecution", **asked)


@pytest.mark.parametrize(
    ("operation", "asked"),
    [("PollForDecisionTask", DECISIONS), ("PollForActivityTask", ACTIVITIES)],
)
def test_pollers_of_a_list_are_limited(operation: str, asked: dict[str, object]) -> None:
    play = ServicePlay(pollers=1)
    assert play.call(operation, **asked).status == 0
    assert play.fault(operation, **asked)[0] == "LimitExceededFault"
    other = {"domain": DOMAIN, "taskList": {"name": "other"}}
    assert play.call(operation, **other).status == 0


def test_tags_of_a_domain_are_limited() -> None:
    play = ServicePlay(domain_tags=2)
    arn = play.ok("DescribeDomain", name=DOMAIN)["domainInfo"]["arn"]
    assert arn == "arn:aws:swf:eu-west-1:000000000000:/domain/d"
    tags = [{"key": key, "value": "v"} for key in "ab"]
    play.ok("TagResource", resourceArn=arn, tags=tags)
    more = [{"key": "c"}]
    assert play.fault("TagResource", resourceArn=arn, tags=more)[0] == "TooManyTagsFault"
    play.ok("TagResource", resourceArn=arn, tags=[{"key": "a", "value": "new"}])
    play.ok("UntagResource", resourceArn=arn, tagKeys=["b", "never there"])
    assert play.ok("ListTagsForResource", resourceArn=arn) == {
        "tags": [{"key": "a", "value": "new"}]
    }
    three = [{"key": key} for key in "abc"]
    days = {"workflowExecutionRetentionPeriodInDays": "1"}
    assert play.fault("RegisterDomain", name="x", tags=three, **days)[0] == "TooManyTagsFault"


def test_forbidden_operation_is_refused_before_anything_else() -> None:
    play = ServicePlay(not_permitted=frozenset({"StartWorkflowExecution"}))
    asked = {"domain": "nowhere", "workflowId": "x", "workflowType": FLOW}
    name, message = play.fault("StartWorkflowExecution", **asked)
    assert name == "OperationNotPermittedFault"
    assert "StartWorkflowExecution" in message
    assert play.fault("StartWorkflowExecution")[0] == "ValidationException"
    count = play.ok("CountOpenWorkflowExecutions", domain=DOMAIN, startTimeFilter=ALL_TIME)
    assert count == {"count": 0, "truncated": False}


def test_counts_stop_at_their_limit() -> None:
    play = ServicePlay(counted=2)
    for number in range(3):
        play.start(f"w{number}")
    count = play.ok("CountOpenWorkflowExecutions", domain=DOMAIN, startTimeFilter=ALL_TIME)
    assert count == {"count": 2, "truncated": True}
    assert play.ok("CountPendingDecisionTasks", **DECISIONS) == {"count": 2, "truncated": True}
    assert play.ok("CountPendingActivityTasks", **ACTIVITIES) == {"count": 0, "truncated": False}


def test_deprecated_domain_takes_no_start_and_no_registration_but_goes_on() -> None:
    play = ServicePlay()
    execution = play.start()
    play.ok("DeprecateDomain", name=DOMAIN)
    asked = {"domain": DOMAIN, "workflowId": "x", "workflowType": FLOW}
    refused = ("DomainDeprecatedFault", DOMAIN)
    assert play.fault("StartWorkflowExecution", **asked) == refused
    register = {"domain": DOMAIN, "name": "n", "version": "1"}
    assert play.fault("RegisterWorkflowType", **register, **FLOW_DEFAULTS) == refused
    assert play.fault("RegisterActivityType", **register) == refused
    assert play.fault("DeprecateDomain", name=DOMAIN) == refused
    assert play.decide()["workflowExecution"] == execution
    play.ok("UndeprecateDomain", name=DOMAIN)
    refused = ("TypeDeprecatedFault", "WorkflowType=[name=Flow, version=1]")
    assert play.fault("StartWorkflowExecution", **asked) == refused
    play.ok("UndeprecateWorkflowType", domain=DOMAIN, workflowType=FLOW)
    play.ok("StartWorkflowExecution", **asked)
    described = play.ok("DescribeActivityType", domain=DOMAIN, activityType=WORK)
    assert described["typeInfo"]["status"] == "DEPRECATED"
