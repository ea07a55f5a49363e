"""The whole daemon as a value: services, generations of plugins, pools."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flowy.errors import Fault
from flowyd.supervisor.generations import Reloads, Terms
from flowyd.supervisor.orders import Order, WorkerId
from flowyd.supervisor.pools import Pool
from flowyd.supervisor.services import Service

# The registration of the types.


@dataclass(frozen=True, slots=True)
class Unregistered:
    """To be tried at `retry_at`; `reason` says why the last attempt came to nothing."""

    retry_at: int
    attempts: int
    reason: str


@dataclass(frozen=True, slots=True)
class Registering:
    """The one-shot child is at it."""

    attempts: int
    deadline: int


@dataclass(frozen=True, slots=True)
class Registered:
    """Domain and types are there."""


Registration = Unregistered | Registering | Registered


@dataclass(frozen=True, slots=True)
class Stop:
    """The daemon stops: stage 0 drains, 1 cuts, 2 kills; then it leaves with `code`."""

    stage: int
    code: int


@dataclass(frozen=True, slots=True)
class Fleet:
    """Everything that the supervisor knows of its children.

    New workers come from `generation`, whose code has the `digest`; `changed` says that its zygote
    died and the code on disk is another by now. `removed` pools are in no configuration any more:
    they keep their counts.
    """

    services: Mapping[str, Service]
    pools: Mapping[str, Pool]
    terms: Mapping[str, Terms]
    strict: bool = False
    generation: int = 1
    loaded: tuple[str, ...] | None = None
    load_faults: tuple[Fault, ...] = ()
    registration: Registration = field(default_factory=lambda: Unregistered(0, 0, ""))
    type_faults: tuple[Fault, ...] = ()
    stop: Stop | None = None
    reloads: Reloads = field(default_factory=Reloads)
    digest: str = ""
    changed: bool = False
    removed: frozenset[str] = frozenset()
    owed: frozenset[WorkerId] = frozenset()
    """Workers that are gone and whose tasks the courier has yet to answer."""
    empty_since: int | None = None
    """When the last worker was gone, on the way down."""


Step = tuple[Fleet, tuple[Order, ...]]
