"""An unmodified boto3 client against a real engine: domains, types, and what is invalid."""

from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from engine_process import (
    DOMAIN,
    FLOW,
    Engine,
    code,
    register,
)


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
    from botocore.loaders import create_loader

    from flowy.engine.model import Model
    from flowy.engine.operations import OPERATIONS

    known = create_loader().load_service_model("swf", "service-2")["operations"]
    own = set(OPERATIONS) - set(known)
    assert len(known) == 39
    assert set(Model().operations) == set(OPERATIONS)
    assert own == {
        "ReleasePolls",
        "PollForLambdaTask",
        "RespondLambdaTaskCompleted",
        "RespondLambdaTaskFailed",
    }
