"""Lines 13-24 of the behaviour document's list: domains, types, tags."""

from typing import Any

import pytest
import targets
from stage import COMPLETE, Stage, fault

KINDS = ["activity", "workflow"]


def post(stage: Stage, operation: str, **request: Any) -> tuple[int, str, str]:
    status, body = stage.target.post(operation, request)
    body = body or {}
    return status, body.get("__type", "").partition("#")[2], body.get("message", "")


@pytest.mark.grade("M", "R")
def test_13_a_domain_is_registered_once(stage: Stage) -> None:
    name = stage.new_domain("once")
    found = fault(stage.swf.register_domain, name=name, workflowExecutionRetentionPeriodInDays="1")
    assert found == ("DomainAlreadyExistsFault", name)


@pytest.mark.grade("M")
@pytest.mark.parametrize("retention", ["91", "x", "-1", ""])
def test_13_a_bad_retention_is_refused(stage: Stage, retention: str) -> None:
    status, name, _ = post(
        stage, "RegisterDomain", name="bad", workflowExecutionRetentionPeriodInDays=retention
    )
    assert (status, name) == (400, "ValidationException")


@pytest.mark.grade("M")
def test_13_a_domain_has_at_most_50_tags(stage: Stage) -> None:
    tags = [{"key": str(number), "value": "v"} for number in range(51)]
    with pytest.raises(stage.swf.exceptions.TooManyTagsFault):
        stage.new_domain("tagged", tags=tags)
    stage.new_domain("tagged", tags=tags[:50])


@pytest.mark.grade("M")
@pytest.mark.parametrize("name", ["a:b", "a/b", "a|b", "arn", "a\tb", " a", "a "])
@pytest.mark.unknown(34)
def test_13_a_bad_name_is_refused(stage: Stage, name: str) -> None:
    found = fault(stage.swf.register_domain, name=name, workflowExecutionRetentionPeriodInDays="1")
    assert found[0] == "ValidationException"


@pytest.mark.lowered(domains=2)
@pytest.mark.grade("D")
def test_13_an_account_has_so_many_domains(stage: Stage) -> None:
    stage.new_domain("second")
    stage.swf.deprecate_domain(name=stage.id("second"))
    with pytest.raises(stage.swf.exceptions.LimitExceededFault):
        stage.new_domain("third")


@pytest.mark.grade("M", "F")
def test_14_a_domain_is_described(stage: Stage) -> None:
    name = stage.new_domain("shown", retention="NONE", description="text")
    found = stage.swf.describe_domain(name=name)
    assert found["configuration"] == {"workflowExecutionRetentionPeriodInDays": "NONE"}
    info = found["domainInfo"]
    assert (info["name"], info["status"], info["description"]) == (name, "REGISTERED", "text")
    head, _, tail = info["arn"].partition(f"arn:aws:swf:{targets.REGION}:")
    assert (head, tail.partition(":")[2]) == ("", f"/domain/{name}")
    assert fault(stage.swf.describe_domain, name="none")[0] == "UnknownResourceFault"


@pytest.mark.grade("M")
def test_14_a_deprecated_domain_is_described(stage: Stage) -> None:
    name = stage.new_domain("old")
    stage.swf.deprecate_domain(name=name)
    assert stage.swf.describe_domain(name=name)["domainInfo"]["status"] == "DEPRECATED"


@pytest.mark.grade("M")
@pytest.mark.parametrize("reverse", [False, True])
def test_15_domains_are_listed_by_name_in_pages(stage: Stage, reverse: bool) -> None:
    mine = [stage.new_domain(f"list-{letter}") for letter in "bca"]
    pages = stage.swf.get_paginator("list_domains").paginate(
        registrationStatus="REGISTERED", reverseOrder=reverse, PaginationConfig={"PageSize": 2}
    )
    names = [info["name"] for page in pages for info in page["domainInfos"]]
    assert names == sorted(names, reverse=reverse)
    assert set(mine) <= set(names)


@pytest.mark.grade("M")
def test_15_domains_are_listed_by_status(stage: Stage) -> None:
    name = stage.new_domain("gone")
    stage.swf.deprecate_domain(name=name)
    for status, expected in (("DEPRECATED", True), ("REGISTERED", False)):
        found = stage.swf.list_domains(registrationStatus=status)["domainInfos"]
        assert (name in [info["name"] for info in found]) is expected


@pytest.mark.grade("M")
def test_16_deprecating_a_domain_deprecates_its_types(stage: Stage) -> None:
    name = stage.new_domain("types")
    stage.register_flow(name)
    stage.register_work(name)
    stage.swf.deprecate_domain(name=name)
    for kind in KINDS:
        found = getattr(stage.swf, f"list_{kind}_types")(
            domain=name, registrationStatus="DEPRECATED"
        )
        assert len(found["typeInfos"]) == 1
    assert fault(stage.swf.deprecate_domain, name=name) == ("DomainDeprecatedFault", name)


@pytest.mark.grade("U", "D")
@pytest.mark.unknown(6)
def test_16_a_deprecated_domain_starts_nothing_and_finishes_what_runs(stage: Stage) -> None:
    if targets.NAME == "aws":
        pytest.skip("it would deprecate the domain that was given")
    run = stage.start("runs")
    stage.swf.deprecate_domain(name=stage.domain)
    assert fault(stage.start, name="new") == ("DomainDeprecatedFault", stage.domain)
    assert fault(stage.bare_flow)[0] == "DomainDeprecatedFault"
    stage.signal(run)
    stage.decide(COMPLETE)
    assert stage.status(run) == "COMPLETED"


@pytest.mark.grade("M", "U")
@pytest.mark.unknown(21)
def test_17_undeprecating_a_domain(stage: Stage) -> None:
    name = stage.new_domain("back")
    stage.register_flow(name)
    assert fault(stage.swf.undeprecate_domain, name=name) == ("DomainAlreadyExistsFault", name)
    stage.swf.deprecate_domain(name=name)
    stage.swf.undeprecate_domain(name=name)
    assert stage.swf.describe_domain(name=name)["domainInfo"]["status"] == "REGISTERED"
    types = stage.swf.list_workflow_types(domain=name, registrationStatus="DEPRECATED")
    assert len(types["typeInfos"]) == 1


@pytest.mark.grade("M")
def test_18_tags_go_round(stage: Stage) -> None:
    name = stage.new_domain("tags", tags=[{"key": "a", "value": "1"}])
    arn = stage.swf.describe_domain(name=name)["domainInfo"]["arn"]
    stage.swf.tag_resource(
        resourceArn=arn, tags=[{"key": "a", "value": "2"}, {"key": "b", "value": "3"}]
    )
    stage.swf.untag_resource(resourceArn=arn, tagKeys=["b", "unknown"])
    found = stage.swf.list_tags_for_resource(resourceArn=arn)["tags"]
    assert found == [{"key": "a", "value": "2"}]


@pytest.mark.grade("M")
def test_18_tagging_what_is_not_there(stage: Stage) -> None:
    arn = f"arn:aws:swf:{targets.REGION}:000000000000:/domain/none"
    for call, more in (
        (stage.swf.tag_resource, {"tags": [{"key": "a", "value": "b"}]}),
        (stage.swf.untag_resource, {"tagKeys": ["a"]}),
        (stage.swf.list_tags_for_resource, {}),
    ):
        assert fault(call, resourceArn=arn, **more)[0] == "UnknownResourceFault"


@pytest.mark.grade("M")
def test_18_the_51st_tag_is_refused(stage: Stage) -> None:
    name = stage.new_domain("many")
    arn = stage.swf.describe_domain(name=name)["domainInfo"]["arn"]
    tags = [{"key": str(number), "value": "v"} for number in range(50)]
    stage.swf.tag_resource(resourceArn=arn, tags=tags)
    with pytest.raises(stage.swf.exceptions.TooManyTagsFault):
        stage.swf.tag_resource(resourceArn=arn, tags=[{"key": "x", "value": "v"}])
    stage.swf.tag_resource(resourceArn=arn, tags=[{"key": "7", "value": "new"}])


class Kind:
    """The operations on one kind of type."""

    def __init__(self, stage: Stage, kind: str) -> None:
        self.stage, self.kind = stage, kind
        self.id = {"name": f"Type-{stage.mark}", "version": "1"}
        self.shown = f"{kind.capitalize()}Type=[name=Type-{stage.mark}, version=1]"

    def call(self, verb: str, **arguments: Any) -> Any:
        method = getattr(self.stage.swf, f"{verb}_{self.kind}_type")
        return method(domain=self.stage.domain, **arguments)

    def on_it(self, verb: str) -> Any:
        return self.call(verb, **{f"{self.kind}Type": self.id})

    def fault(self, verb: str) -> tuple[str, str]:
        return fault(self.on_it, verb=verb)


@pytest.fixture(params=KINDS)
def kind(stage: Stage, request: pytest.FixtureRequest) -> Kind:
    return Kind(stage, request.param)


@pytest.mark.grade("R")
def test_19_a_type_is_registered_once_even_when_deprecated(kind: Kind) -> None:
    kind.call("register", **kind.id)
    again = ("TypeAlreadyExistsFault", kind.shown)
    assert fault(kind.call, verb="register", **kind.id) == again
    kind.on_it("deprecate")
    assert fault(kind.call, verb="register", **kind.id) == again


@pytest.mark.lowered(types=2)
@pytest.mark.grade("D")
def test_19_a_domain_has_so_many_types(kind: Kind) -> None:
    kind.call("register", name="second", version="1")
    assert fault(kind.call, verb="register", **kind.id)[0] == "LimitExceededFault"


@pytest.mark.grade("R")
def test_20_a_description_holds_just_the_given_defaults(kind: Kind) -> None:
    kind.call("register", **kind.id)
    found = kind.on_it("describe")
    assert found["configuration"] == {}
    assert set(found["typeInfo"]) == {"creationDate", "status", f"{kind.kind}Type"}
    given = {"defaultTaskStartToCloseTimeout": "5", "defaultTaskList": {"name": "l"}}
    kind.call("register", name=kind.id["name"], version="2", description="d", **given)
    kind.id["version"] = "2"
    found = kind.on_it("describe")
    assert found["configuration"] == given
    assert found["typeInfo"]["description"] == "d"


@pytest.mark.grade("M", "U")
@pytest.mark.parametrize("reverse", [False, True])
def test_21_types_are_listed_by_name_in_pages(kind: Kind, reverse: bool) -> None:
    for name, version in (("b", "1"), ("a", "2"), ("a", "1"), ("c", "1")):
        kind.call("register", name=f"{name}-{kind.stage.mark}", version=version)
    pages = kind.stage.swf.get_paginator(f"list_{kind.kind}_types").paginate(
        domain=kind.stage.domain,
        registrationStatus="REGISTERED",
        reverseOrder=reverse,
        PaginationConfig={"PageSize": 2},
    )
    infos = [info for page in pages for info in page["typeInfos"]]
    ids = [(i[f"{kind.kind}Type"]["name"], i[f"{kind.kind}Type"]["version"]) for i in infos]
    assert ids == sorted(ids, reverse=reverse)
    assert len(ids) == 5


@pytest.mark.grade("M")
def test_21_types_are_listed_by_exact_name_and_status(kind: Kind) -> None:
    kind.call("register", **kind.id)
    kind.call("register", name=kind.id["name"] + "x", version="1")
    for status, expected in (("REGISTERED", 1), ("DEPRECATED", 0)):
        method = getattr(kind.stage.swf, f"list_{kind.kind}_types")
        found = method(domain=kind.stage.domain, registrationStatus=status, name=kind.id["name"])
        assert len(found["typeInfos"]) == expected


@pytest.mark.grade("M", "F")
def test_22_a_type_is_deprecated_once(kind: Kind) -> None:
    unknown = ("UnknownResourceFault", f"Unknown type: {kind.shown}")
    assert kind.fault("deprecate") == unknown
    kind.call("register", **kind.id)
    kind.on_it("deprecate")
    assert kind.fault("deprecate") == ("TypeDeprecatedFault", kind.shown)
    info = kind.on_it("describe")["typeInfo"]
    assert info["status"] == "DEPRECATED"
    assert info["deprecationDate"] >= info["creationDate"]


@pytest.mark.grade("M")
def test_22_what_exists_goes_on_after_deprecation(stage: Stage) -> None:
    run = stage.start()
    stage.decide(stage.schedule("a"))
    stage.swf.deprecate_workflow_type(domain=stage.domain, workflowType=stage.flow)
    stage.swf.deprecate_activity_type(domain=stage.domain, activityType=stage.work)
    stage.do()
    stage.decide(COMPLETE)
    assert stage.status(run) == "COMPLETED"


@pytest.mark.grade("M", "U")
def test_23_an_undeprecated_type_is_usable_again(stage: Stage) -> None:
    named = {"domain": stage.domain, "workflowType": stage.flow}
    shown = f"WorkflowType=[name={stage.flow['name']}, version=1]"
    assert fault(stage.swf.undeprecate_workflow_type, **named) == ("TypeAlreadyExistsFault", shown)
    stage.swf.deprecate_workflow_type(**named)
    assert fault(stage.start) == ("TypeDeprecatedFault", shown)
    stage.swf.undeprecate_workflow_type(**named)
    assert "deprecationDate" not in stage.swf.describe_workflow_type(**named)["typeInfo"]
    stage.start()


@pytest.mark.grade("F")
def test_24_only_a_deprecated_type_is_deleted(kind: Kind) -> None:
    assert kind.fault("delete")[0] == "UnknownResourceFault"
    kind.call("register", **kind.id)
    assert kind.fault("delete")[0] == "TypeNotDeprecatedFault"
    kind.on_it("deprecate")
    kind.on_it("delete")
    assert kind.fault("describe") == ("UnknownResourceFault", f"Unknown type: {kind.shown}")
    kind.call("register", **kind.id)
    assert kind.on_it("describe")["typeInfo"]["status"] == "REGISTERED"
