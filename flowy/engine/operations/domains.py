"""Operations on domains."""

from typing import Any

from msgspec.structs import replace

from flowy.engine.core import faults
from flowy.engine.core.descriptions import domain_info
from flowy.engine.core.registry import Domain
from flowy.engine.core.rules import check_list_name, check_retention
from flowy.engine.desk import VOID, Call, Desk
from flowy.engine.encoding import encode
from flowy.engine.operations.paging import cut


def register_domain(desk: Desk, call: Call) -> bytes:
    request = call.request
    check_list_name(request["name"], "name")
    retention = request["workflowExecutionRetentionPeriodInDays"]
    check_retention(retention)
    domain = Domain(
        request["name"], retention, request.get("description"), tags=_read_tags(request)
    )
    desk.world.registry.register_domain(domain)
    return VOID


def describe_domain(desk: Desk, call: Call) -> bytes:
    domain = desk.world.registry.domain(call.request["name"])
    configuration = {"workflowExecutionRetentionPeriodInDays": domain.retention}
    info = domain_info(domain, call.region)
    return encode({"configuration": configuration, "domainInfo": info})


def list_domains(desk: Desk, call: Call) -> bytes:
    deprecated = call.request["registrationStatus"] == "DEPRECATED"
    found = [d for d in desk.world.registry.domains.values() if d.deprecated == deprecated]
    page, more = cut(desk, call, found, lambda domain: [domain.name])
    return encode({"domainInfos": [domain_info(d, call.region) for d in page]} | more)


def deprecate_domain(desk: Desk, call: Call) -> bytes:
    desk.world.registry.deprecate_domain(call.request["name"], call.now)
    return VOID


def undeprecate_domain(desk: Desk, call: Call) -> bytes:
    desk.world.registry.undeprecate_domain(call.request["name"])
    return VOID


def _read_tags(request: dict[str, Any]) -> dict[str, str]:
    return {tag["key"]: tag.get("value", "") for tag in request.get("tags", ())}


def _tagged(desk: Desk, call: Call) -> Domain:
    arn = call.request["resourceArn"]
    _, _, name = arn.partition(":/domain/")
    domain = desk.world.registry.domains.get(name)
    if domain is None:
        raise faults.Refused("UnknownResourceFault", f"Unknown resource: {arn}")
    return domain


def tag_resource(desk: Desk, call: Call) -> bytes:
    domain = _tagged(desk, call)
    tags = domain.tags | _read_tags(call.request)
    if len(tags) > desk.settings.domain_tags:
        raise faults.too_many_tags(desk.settings.domain_tags)
    desk.world.registry.put_domain(replace(domain, tags=tags))
    return VOID


def untag_resource(desk: Desk, call: Call) -> bytes:
    domain = _tagged(desk, call)
    gone = call.request["tagKeys"]
    tags = {key: value for key, value in domain.tags.items() if key not in gone}
    desk.world.registry.put_domain(replace(domain, tags=tags))
    return VOID


def list_tags_for_resource(desk: Desk, call: Call) -> bytes:
    tags = _tagged(desk, call).tags
    return encode({"tags": [{"key": key, "value": value} for key, value in tags.items()]})
