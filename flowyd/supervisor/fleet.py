"""The whole daemon as a value: services, one generation of plugins, pools."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flowy.errors import Fault
from flowyd.supervisor.orders import Order
from flowyd.supervisor.pools import Pool
from flowyd.supervisor.services import Service


@dataclass(frozen=True, slots=True)
class Terms:
    """What the configuration says of a pool and the machine must know."""

    drain_ms: int
    plugins: tuple[str, ...]


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
    """Everything that the supervisor knows of its children."""

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


Step = tuple[Fleet, tuple[Order, ...]]
