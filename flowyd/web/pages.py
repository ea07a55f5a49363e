"""`/metrics`, `/healthz` and `/readyz`, from the supervisor's `status.sock`."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from flowyd.control import client
from flowyd.control.client import ControlError, NotRunning

T = TypeVar("T")
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


def application(run_dir: Path) -> Starlette:
    """The pages of the daemon whose sockets lie in `run_dir`."""
    pages = {"/metrics": metrics, "/healthz": healthz, "/readyz": readyz}
    routes = [Route(path, partial(answer, page, run_dir)) for path, page in pages.items()]
    return Starlette(routes=routes)


async def answer(page: Callable[[Path], Response], run_dir: Path, _: Request) -> Response:
    """Ask in a thread: a supervisor that is slow to answer must not stop the other pages."""
    try:
        return await run_in_threadpool(page, run_dir)
    except (NotRunning, ControlError, TimeoutError) as error:
        return PlainTextResponse(f"the supervisor does not answer: {error}\n", 503)


def metrics(run_dir: Path) -> Response:
    """What Prometheus scrapes."""
    return Response(client.metrics(run_dir), media_type=PROMETHEUS)


def healthz(run_dir: Path) -> Response:
    """200 while the supervisor answers: restart the container only if it does not."""
    return JSONResponse({"state": client.status(run_dir).state})


def readyz(run_dir: Path) -> Response:
    """200 while each pool that is not held has a ready worker, else 503; both say why."""
    status = client.status(run_dir)
    told = {"ready": status.ready, "state": status.state, "reasons": status.reasons}
    return JSONResponse(told, 200 if status.ready else 503)
