"""The hooks that a plugin may implement: `from flowy import hookimpl`, then a function each.

An entry point of the group `flowy.plugins` names a module; its decorated activities and workflows
count without any hook.
"""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import pluggy

from flowy.registry import Registry

PROJECT = "flowy"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def flowy_register(registry: Registry) -> None:
    """Add activities and workflows that the module's namespace does not show: `registry.add`."""


@hookspec(firstresult=True)
def flowy_converter() -> Any:
    """Give the converter between values and JSON; the first plugin that gives one wins."""


@hookspec
def flowy_codecs() -> Mapping[str, Any] | None:
    """Give codecs by name, for payloads that are to be compressed or encrypted."""


@hookspec(firstresult=True)
def flowy_payload_store() -> Any:
    """Give the store for large payloads; the first plugin that gives one wins."""


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


@hookspec
def flowy_metrics() -> Iterable[Any] | None:
    """Give the plugin's own metrics, made with prometheus_client."""
