"""Domains and types: registered, deprecated, deleted."""

from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from flowy.engine.core import faults
from flowy.engine.core.settings import Settings
from flowy.swf.values import TypeId

ACTIVITY = "ActivityType"
WORKFLOW = "WorkflowType"


class Domain(Struct, frozen=True):
    """`retention` is in days, as given: "0" to "90" or "NONE"."""

    name: str
    retention: str
    description: str | None = None
    deprecated: bool = False
    tags: dict[str, str] = field(default_factory=dict)


class RegisteredType(Struct, frozen=True):
    """A type of one kind (ACTIVITY, WORKFLOW); times are milliseconds.

    `defaults` holds the members that were given, under their names in SWF's requests.
    """

    kind: str
    domain: str
    id: TypeId
    created_at: int
    defaults: dict[str, Any] = field(default_factory=dict)
    description: str | None = None
    deprecated_at: int | None = None

    @property
    def deprecated(self) -> bool:
        return self.deprecated_at is not None


TypeKey = tuple[str, str, TypeId]


class Registry:
    """All domains and types. Changed names are left in `touched` for the store."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.domains: dict[str, Domain] = {}
        self.types: dict[TypeKey, RegisteredType] = {}
        self.touched_domains: set[str] = set()
        self.touched_types: set[TypeKey] = set()

    def domain(self, name: str) -> Domain:
        """Find a domain, deprecated or not."""
        domain = self.domains.get(name)
        if domain is None:
            raise faults.unknown_domain(name)
        return domain

    def put_domain(self, domain: Domain) -> None:
        self.domains[domain.name] = domain
        self.touched_domains.add(domain.name)

    def register_domain(self, domain: Domain) -> None:
        if domain.name in self.domains:
            raise faults.domain_exists(domain.name)
        if len(domain.tags) > self.settings.domain_tags:
            raise faults.too_many_tags(self.settings.domain_tags)
        if len(self.domains) >= self.settings.domains:
            raise faults.limit_exceeded(f"More than {self.settings.domains} domains")
        self.put_domain(domain)

    def deprecate_domain(self, name: str, now: int) -> None:
        """Deprecate a domain and all its types. What runs in it goes on."""
        domain = self.domain(name)
        if domain.deprecated:
            raise faults.domain_deprecated(name)
        self.put_domain(replace(domain, deprecated=True))
        for registered in list(self.types.values()):
            if registered.domain == name and not registered.deprecated:
                self.put_type(replace(registered, deprecated_at=now))

    def undeprecate_domain(self, name: str) -> None:
        """Its types stay deprecated: nothing says that they come back."""
        domain = self.domain(name)
        if not domain.deprecated:
            raise faults.domain_exists(name)
        self.put_domain(replace(domain, deprecated=False))

    def find_type(self, kind: str, domain: str, id: TypeId) -> RegisteredType | None:
        return self.types.get((kind, domain, id))

    def type(self, kind: str, domain: str, id: TypeId) -> RegisteredType:
        """Find a type, deprecated or not; an unknown domain or type is refused."""
        self.domain(domain)
        registered = self.find_type(kind, domain, id)
        if registered is None:
            raise faults.unknown_type(kind, id)
        return registered

    def put_type(self, registered: RegisteredType) -> None:
        key = (registered.kind, registered.domain, registered.id)
        self.types[key] = registered
        self.touched_types.add(key)

    def register_type(self, registered: RegisteredType) -> None:
        if self.domain(registered.domain).deprecated:
            raise faults.domain_deprecated(registered.domain)
        if self.find_type(registered.kind, registered.domain, registered.id):
            raise faults.type_exists(registered.kind, registered.id)
        kind, domain = registered.kind, registered.domain
        if sum(key[:2] == (kind, domain) for key in self.types) >= self.settings.types:
            raise faults.limit_exceeded(f"More than {self.settings.types} types")
        self.put_type(registered)

    def deprecate_type(self, kind: str, domain: str, id: TypeId, now: int) -> None:
        registered = self.type(kind, domain, id)
        if registered.deprecated:
            raise faults.type_deprecated(kind, id)
        self.put_type(replace(registered, deprecated_at=now))

    def undeprecate_type(self, kind: str, domain: str, id: TypeId) -> None:
        registered = self.type(kind, domain, id)
        if not registered.deprecated:
            raise faults.type_exists(kind, id)
        self.put_type(replace(registered, deprecated_at=None))

    def delete_type(self, kind: str, domain: str, id: TypeId) -> None:
        if not self.type(kind, domain, id).deprecated:
            raise faults.type_not_deprecated()
        del self.types[kind, domain, id]
        self.touched_types.add((kind, domain, id))

    def list_types(self, kind: str, domain: str) -> list[RegisteredType]:
        """All types of one kind in a domain, in no order."""
        return [t for t in self.types.values() if t.kind == kind and t.domain == domain]
