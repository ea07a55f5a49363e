"""What can happen to the fleet. Values; the loop and the control socket make them."""

from dataclasses import dataclass

from flowy.errors import Fault
from flowyd.supervisor import services
from flowyd.supervisor.generations import Plan
from flowyd.supervisor.orders import WorkerId
from flowyd.supervisor.states import Event as WorkerChange
from flowyd.supervisor.states import Tick


@dataclass(frozen=True, slots=True)
class WorkerEvent:
    """Something happened to a worker."""

    worker: WorkerId
    change: WorkerChange


@dataclass(frozen=True, slots=True)
class WorkerAlive:
    """A worker gave a sign of life; it has stood still, without a task, for `still_ms`."""

    worker: WorkerId
    still_ms: int


@dataclass(frozen=True, slots=True)
class PollsFailed:
    """Polls of a pool failed since the last word of their worker; some were throttled, or none."""

    pool: str
    throttled: bool


@dataclass(frozen=True, slots=True)
class BoardClosed:
    """Nothing is owed any more for a worker that is gone: its task, if it left one, is answered."""

    worker: WorkerId


@dataclass(frozen=True, slots=True)
class ServiceEvent:
    """Something happened to an exec'd child."""

    name: str
    change: services.Event


@dataclass(frozen=True, slots=True)
class PluginsLoaded:
    """A zygote has loaded what it could of its generation, with these faults.

    `digest` tells this code from another.
    """

    names: tuple[str, ...]
    faults: tuple[Fault, ...]
    generation: int = 1
    digest: str = ""


@dataclass(frozen=True, slots=True)
class TypesRegistered:
    """The registration came to an end; a fault that is an error refuses the generation."""

    faults: tuple[Fault, ...]
    generation: int = 1


@dataclass(frozen=True, slots=True)
class RegistrationFailed:
    """It came to none: SWF was not reached, or the child died."""

    reason: str
    generation: int = 1


@dataclass(frozen=True, slots=True)
class StopAsked:
    """An operator or a signal wants the daemon to stop; asked again, one stage harder."""

    code: int = 0


@dataclass(frozen=True, slots=True)
class ReloadAsked:
    """An operator or a signal wants the code and the configuration that are on disk now."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class ReloadRefused:
    """They cannot even be tried: flowyd.toml is wrong, or needs a restart."""

    plan: Plan
    reason: str


@dataclass(frozen=True, slots=True)
class PauseAsked:
    """An operator wants a pool to take no tasks."""

    pool: str


@dataclass(frozen=True, slots=True)
class ResumeAsked:
    """An operator wants a pool to work again, whatever kept it from that."""

    pool: str


@dataclass(frozen=True, slots=True)
class ScaleAsked:
    """An operator wants another number of workers, until the configuration is read again."""

    pool: str
    processes: int


@dataclass(frozen=True, slots=True)
class RestartAsked:
    """An operator wants new workers in place of those of a pool, or of one slot."""

    pool: str
    slot: int | None


Operation = PauseAsked | ResumeAsked | ScaleAsked | RestartAsked

Event = (
    WorkerEvent
    | WorkerAlive
    | BoardClosed
    | PollsFailed
    | ServiceEvent
    | PluginsLoaded
    | TypesRegistered
    | RegistrationFailed
    | StopAsked
    | ReloadAsked
    | ReloadRefused
    | Operation
    | Tick
)
