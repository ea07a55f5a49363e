"""Operations on activity types and workflow types: the same for both kinds."""

from collections.abc import Callable

from msgspec import convert

from flowy.engine.core.descriptions import type_info
from flowy.engine.core.registry import ACTIVITY, RegisteredType
from flowy.engine.core.rules import check_names, check_values
from flowy.engine.desk import VOID, Call, Desk
from flowy.engine.encoding import encode
from flowy.engine.operations.paging import cut
from flowy.swf.values import TypeId

Handler = Callable[[Desk, Call], bytes]


def _named(kind: str, call: Call) -> TypeId:
    member = "activityType" if kind == ACTIVITY else "workflowType"
    return convert(call.request[member], TypeId)


def register_type(kind: str) -> Handler:
    def handle(desk: Desk, call: Call) -> bytes:
        request = call.request
        check_names(request)
        check_values(request)
        defaults = {m: value for m, value in request.items() if m.startswith("default")}
        desk.world.registry.register_type(
            RegisteredType(
                kind,
                request["domain"],
                TypeId(request["name"], request["version"]),
                call.now,
                defaults,
                request.get("description"),
            )
        )
        return VOID

    return handle


def describe_type(kind: str) -> Handler:
    def handle(desk: Desk, call: Call) -> bytes:
        found = desk.world.registry.type(kind, call.request["domain"], _named(kind, call))
        return encode({"configuration": found.defaults, "typeInfo": type_info(found)})

    return handle


def list_types(kind: str) -> Handler:
    def handle(desk: Desk, call: Call) -> bytes:
        request = call.request
        registry = desk.world.registry
        registry.domain(request["domain"])
        deprecated = request["registrationStatus"] == "DEPRECATED"
        found = [
            t
            for t in registry.list_types(kind, request["domain"])
            if t.deprecated == deprecated and request.get("name", t.id.name) == t.id.name
        ]
        page, more = cut(desk, call, found, lambda t: [t.id.name, t.id.version])
        return encode({"typeInfos": [type_info(t) for t in page]} | more)

    return handle


def deprecate_type(kind: str) -> Handler:
    def handle(desk: Desk, call: Call) -> bytes:
        domain, named = call.request["domain"], _named(kind, call)
        desk.world.registry.deprecate_type(kind, domain, named, call.now)
        return VOID

    return handle


def undeprecate_type(kind: str) -> Handler:
    def handle(desk: Desk, call: Call) -> bytes:
        desk.world.registry.undeprecate_type(kind, call.request["domain"], _named(kind, call))
        return VOID

    return handle


def delete_type(kind: str) -> Handler:
    def handle(desk: Desk, call: Call) -> bytes:
        desk.world.registry.delete_type(kind, call.request["domain"], _named(kind, call))
        return VOID

    return handle
