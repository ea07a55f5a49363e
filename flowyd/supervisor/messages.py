"""What supervisor, zygote and children say to each other: one JSON object per packet."""

from msgspec import Struct

from flowy.payloads import PayloadSettings
from flowyd.totals import Totals


class FaultText(Struct, frozen=True):
    """A `flowy.errors.Fault` on its way."""

    where: str
    message: str
    hint: str
    severity: str


class PoolJob(Struct, frozen=True):
    """What a worker must know of its pool. Sizes in bytes."""

    name: str
    kind: str
    task_list: str
    where: str
    max_tasks: int | None
    max_memory: int | None
    plugins: tuple[str, ...]
    keep: int
    keep_memory: int


class SwfJob(Struct, frozen=True):
    """Where SWF is; `embedded` says that it is our own engine, which wants its own key.

    A domain that is not there yet keeps closed executions for `retention` days. `instance` is the
    name of the daemon that asks; `on_mismatch` as in flowyd.toml.
    """

    domain: str
    embedded: bool
    endpoint_url: str | None
    region: str | None
    profile: str | None
    credentials: tuple[str, str] | None
    retention: int = 30
    instance: str = ""
    on_mismatch: str = "warn"


class Home(Struct, frozen=True):
    """What plugins must know of their daemon: domain and name of the instance, and `[payloads]`.

    The domain has its own place in the payload store.
    """

    domain: str
    instance: str
    payloads: PayloadSettings


# To the zygote.


class Load(Struct, frozen=True, tag="load"):
    """Load plugins; the first message. `log_format` and `log_level` as in flowyd.toml.

    `embedded` says that the engine is ours, which runs no Lambda function itself.
    """

    protocol: int
    supervisor: int
    enabled: tuple[str, ...] | None
    modules: tuple[str, ...]
    pools: tuple[PoolJob, ...] | None
    strict: bool
    log_format: str
    log_level: str
    embedded: bool = True
    home: Home | None = None


class ForkWorker(Struct, frozen=True, tag="worker"):
    """Fork a worker; its end of a channel comes with the packet. It reports every `sign_ms`.

    It goes into the cgroup at the path `cgroup`, if it has one.
    """

    pool: str
    slot: int
    spawn: int
    swf: SwfJob
    sign_ms: int
    cgroup: str | None = None


class ForkRegistration(Struct, frozen=True, tag="register"):
    """Fork the one-shot child that registers domain and types; its channel comes along.

    With `replay_open` it first replays the open executions with the code of its generation.
    """

    swf: SwfJob
    replay_open: bool = False


ToZygote = Load | ForkWorker | ForkRegistration


# From the zygote.


class Loaded(Struct, frozen=True, tag="loaded"):
    """The plugins that loaded, and everything that was wrong.

    `digest` is that of the code in `files` (none: there are too many), as `code.digest` makes it.
    """

    names: tuple[str, ...]
    faults: tuple[FaultText, ...]
    files: tuple[str, ...] = ()
    digest: str = ""


# From a child.


class TaskText(Struct, frozen=True):
    """What a worker works on."""

    kind: str
    type: str
    workflow_id: str
    run_id: str
    activity_id: str


class Birth(Struct, frozen=True, tag="born"):
    """A child's first word, once the supervisor is its parent."""

    pid: int


class Report(Struct, frozen=True, tag="report"):
    """A worker's state; the first one says that it is ready. `totals` at most once a second.

    It comes at each change and every `ForkWorker.sign_ms` in any case. `still_ms` is how long the
    worker, without a task, has neither begun nor ended a poll.
    """

    task: TaskText | None
    leaving: bool
    recycled: bool
    totals: Totals | None
    still_ms: int = 0


class Registered(Struct, frozen=True, tag="registered"):
    """The registration's outcome."""

    faults: tuple[FaultText, ...]


class NotRegistered(Struct, frozen=True, tag="not-registered"):
    """SWF was not reached: try again later."""

    reason: str


FromChild = Birth | Report | Registered | NotRegistered
