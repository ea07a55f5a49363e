"""The hooks that a plugin may implement: `from flowy import hookimpl`, then a function each.

An entry point of the group `flowy.plugins` names a module; its decorated activities and workflows
count without any hook. An implementation of a hook that is not here is a fault, since nobody would
call it.
"""

from contextlib import AbstractContextManager
from typing import Any

import pluggy

from flowy.codecs import Codec
from flowy.converter import Converter
from flowy.payloads import Store
from flowy.registry import Registry

PROJECT = "flowy"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def flowy_register(registry: Registry) -> None:
    """Add activities and workflows that the module's namespace does not show: `registry.add`."""


@hookspec
def flowy_converter() -> Converter | None:
    """Give a converter that knows more types: its forms hold in all of this generation's code."""


@hookspec
def flowy_codecs() -> list[Codec] | None:
    """Give codecs: each is known by its name, and writes where `[payloads] codecs` names it."""


@hookspec
def flowy_payload_store() -> Store | None:
    """Give the payload store, for a `[payloads]` that names none. Only one plugin may."""


@hookspec
def flowy_worker_start(worker: Any) -> None:
    """A worker process of this generation starts; it has not polled yet."""


@hookspec
def flowy_worker_stop(worker: Any) -> None:
    """A worker process stops; its last task is answered."""


@hookspec
def flowy_task(task: Any) -> AbstractContextManager[Any] | None:
    """Give a context manager to be around each task: tracing, connections, temporary files.

    `task` is a `flowy.worker.post.TaskSummary`. An error of the manager is logged; the task runs.
    """
