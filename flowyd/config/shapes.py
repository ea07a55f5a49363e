"""What `flowyd.toml` says, as frozen values. Times are milliseconds, sizes bytes."""

from dataclasses import dataclass, field
from pathlib import Path

from flowy.payloads import PayloadSettings

ENGINE = "engine"
AWS = "aws"
DECIDER = "decider"
ACTIVITY = "activity"
LAMBDA = "lambda"


@dataclass(frozen=True, slots=True)
class SwfConfig:
    """Where SWF is. With the backend "engine" flowyd runs it itself and the rest is None."""

    backend: str
    region: str | None
    endpoint_url: str | None
    profile: str | None


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """The engine's database file and the HOST:PORT it listens at (port 0: the kernel's choice).

    Closed executions are kept for `retention` days. `synchronous` is "full" or "normal": whether
    an acknowledged call outlives a power cut, or only the end of the process.
    """

    db: Path
    listen: str
    retention: int = 30
    synchronous: str = "full"


@dataclass(frozen=True, slots=True)
class SupervisorConfig:
    """The groups that `status.sock` and `ctl.sock` belong to; None: the daemon's own.

    A worker that gives no sign of life for `hung_after` milliseconds is replaced. With `cgroups`
    each worker has one of its own.
    """

    status_group: str | None = None
    control_group: str | None = None
    hung_after: int = 120_000
    cgroups: bool = False


@dataclass(frozen=True, slots=True)
class PluginsConfig:
    """Entry points to load (None: all there are) and modules to load by name.

    `on_mismatch` is "warn" or "error": what a type is that SWF knows with other defaults.
    """

    enabled: tuple[str, ...] | None
    modules: tuple[str, ...]
    on_mismatch: str = "warn"


@dataclass(frozen=True, slots=True)
class PoolConfig:
    """All workers of one kind on one task list. `plugins` binds the pool to these, if any.

    `keep` executions stay in each decider's memory, for which it may grow by `keep_memory`.
    A pool of kind "lambda" serves the whole domain; its task list is its name and says nothing.
    """

    name: str
    kind: str
    task_list: str
    processes: int
    max_tasks: int | None
    max_memory: int | None
    drain_timeout: int
    plugins: tuple[str, ...]
    where: str = ""
    keep: int = 0
    keep_memory: int = 0


@dataclass(frozen=True, slots=True)
class LogsConfig:
    """`format` is auto, json or console; `level` a level's name in lower case."""

    format: str
    level: str


@dataclass(frozen=True, slots=True)
class WebConfig:
    """HOST:PORT of the metrics and health pages, or None for none."""

    listen: str | None


@dataclass(frozen=True, slots=True)
class Config:
    """All of `flowyd.toml`, checked. `path` is the file it came from.

    The control sockets lie in `run_dir`. `instance` is this daemon's name among several, or empty.
    """

    path: Path
    domain: str
    state_dir: Path
    swf: SwfConfig
    engine: EngineConfig
    plugins: PluginsConfig
    pools: tuple[PoolConfig, ...]
    logs: LogsConfig
    web: WebConfig
    run_dir: Path
    instance: str = ""
    payloads: PayloadSettings = field(default_factory=PayloadSettings)
    supervisor: SupervisorConfig = field(default_factory=SupervisorConfig)
