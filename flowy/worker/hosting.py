"""What the hooks of plugins are told of the worker that they run in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """What the hooks `flowy_worker_start` and `flowy_worker_stop` get."""

    pool: str
    slot: int
    kind: str
    task_list: str
    identity: str
