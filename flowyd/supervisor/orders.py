"""What the fleet tells the edge to do. Values; the loop carries them out in order."""

from collections.abc import Mapping
from dataclasses import dataclass

from flowyd.supervisor.states import Exit, Sign


@dataclass(frozen=True, slots=True)
class WorkerId:
    """A worker of this daemon; no two in its life have the same."""

    pool: str
    slot: int
    spawn: int

    def __str__(self) -> str:
        return f"{self.pool}:{self.slot}.{self.spawn}"


@dataclass(frozen=True, slots=True)
class LaunchService:
    """Exec the child of that name and report its pid."""

    name: str


@dataclass(frozen=True, slots=True)
class SpawnWorker:
    """Ask the zygote for a worker."""

    worker: WorkerId
    generation: int


@dataclass(frozen=True, slots=True)
class CloseWorker:
    """Close a worker's channel, and have its task answered if it left one."""

    worker: WorkerId
    exit: Exit


@dataclass(frozen=True, slots=True)
class MarkBoard:
    """Write on a worker's board when its drain is over, or that it is."""

    worker: WorkerId
    until: int | None
    cut: bool


@dataclass(frozen=True, slots=True)
class PacePolls:
    """Have the workers of a pool wait before each poll: at most `delay_ms`, spread by `roll`."""

    pool: str
    delay_ms: int
    roll: float


@dataclass(frozen=True, slots=True)
class RegisterTypes:
    """Ask a generation's zygote for the one-shot child that registers domain and types."""

    attempt: int
    generation: int
    replay_open: bool = False


@dataclass(frozen=True, slots=True)
class EndErrand:
    """End that child."""


@dataclass(frozen=True, slots=True)
class PrepareGeneration:
    """What this generation shall be was read for the reload with the number `ask`."""

    generation: int
    ask: int


@dataclass(frozen=True, slots=True)
class AdoptGeneration:
    """The configuration of the reload `ask` is the one that holds now."""

    ask: int


@dataclass(frozen=True, slots=True)
class AbandonGeneration:
    """Forget what was prepared for it."""

    generation: int


@dataclass(frozen=True, slots=True)
class SendSignal:
    """Send a signal to a child. The supervisor is its parent: the pid is its own until reaped."""

    pid: int
    sign: Sign


@dataclass(frozen=True, slots=True)
class Tell:
    """Write a line to the log."""

    level: str
    event: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Finish:
    """Nothing is left to do: leave with that exit code."""

    code: int


Order = (
    LaunchService
    | SpawnWorker
    | CloseWorker
    | MarkBoard
    | PacePolls
    | RegisterTypes
    | EndErrand
    | PrepareGeneration
    | AdoptGeneration
    | AbandonGeneration
    | SendSignal
    | Tell
    | Finish
)
