"""Before new code is registered: does it replay the executions that are open now?

Runs in the one-shot child of a generation that would follow; nothing is sent to any execution.
"""

import time
from collections.abc import Iterator

import structlog

from flowy.errors import Fault, FlowyError, NonDeterminismError
from flowy.plugins import Loaded
from flowy.swf.client import SWFClient
from flowy.swf.descriptions import ExecutionInfo
from flowy.testing.replaying import replay_events

SECONDS = 45.0
"""A reload waits a minute for this child, registration included."""
MOST = 2_000
_log = structlog.get_logger()


def rehearse(client: SWFClient, loaded: Loaded) -> list[Fault]:
    """A fault for the first open execution that the loaded code does not replay.

    Raises:
        ServiceError: if the executions cannot be listed or read.
    """
    deadline, count = time.monotonic() + SECONDS, 0
    for info in open_ones(client, loaded):
        if count >= MOST or time.monotonic() > deadline:
            _log.warning("not all open executions were replayed", replayed=count)
            break
        count += 1
        if (why := broken(client, loaded, info)) is not None:
            run = info.execution
            where = f"execution {run.workflow_id} ({run.run_id}) of {info.type}"
            return [Fault(where, f"the new code does not replay it: {why}")]
    _log.info("open executions replay", count=count)
    return []


def open_ones(client: SWFClient, loaded: Loaded) -> Iterator[ExecutionInfo]:
    """The open executions of types that are loaded."""
    known = loaded.registry.workflows
    return (info for info in client.executions(open=True) if info.type in known)


def broken(client: SWFClient, loaded: Loaded, info: ExecutionInfo) -> str | None:
    """Why the code does not replay an execution; None: it does."""
    payloads = loaded.payloads
    if payloads is None:
        return "the payload store or its keys are missing"
    events = list(client.history(info.execution))
    try:
        replay_events(events, info.execution, loaded.registry, payloads.load)
    except NonDeterminismError as error:
        return error.message
    except (FlowyError, Exception, SystemExit) as error:  # noqa: BLE001  # task execution: workflow code may raise anything
        return f"{type(error).__name__}: {error}"
    return None
