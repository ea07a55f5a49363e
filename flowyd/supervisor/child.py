"""What runs in a forked child until it exits: a worker, or the one-shot registration."""

import contextlib
import faulthandler
import gc
import os
import signal
import socket
import sys
import threading
from functools import partial
from pathlib import Path

import structlog

from flowy.errors import FlowyError
from flowy.payloads import Payloads
from flowy.plugins import Loaded
from flowy.swf.client import SWFClient
from flowy.swf.limits import HEARTBEAT_DETAILS
from flowy.worker.activities import serve_activities
from flowy.worker.decisions import serve_decisions
from flowy.worker.hosting import WorkerInfo
from flowy.worker.kept import Bounds
from flowy.worker.lambdas import serve_lambdas
from flowy.worker.post import Post
from flowyd.board import Board, Word
from flowyd.board_link import BoardKeeper
from flowyd.memory import map_board
from flowyd.supervisor import messages, recycling, stacks
from flowyd.supervisor.cgroups import enter
from flowyd.supervisor.channels import Channel
from flowyd.supervisor.orders import WorkerId
from flowyd.supervisor.policy import EX_CONFIG
from flowyd.supervisor.scribe import Scribe
from flowyd.supervisor.strays import VARIABLE, mark

_log = structlog.get_logger()
OOM_SCORE = 500
"""Of -1000 to 1000; a process that nobody spoke of has 0."""


_made: dict[messages.SwfJob, SWFClient] = {}


def connect(swf: messages.SwfJob, payloads: Payloads | None = None) -> SWFClient:
    """A client, the one that the zygote has made, if it did.

    To make one takes 0.1 s and 10 MiB; it holds no connection before its first request, and keys
    are looked for by that one.
    """
    if swf not in _made:
        _made[swf] = SWFClient(
            swf.domain,
            endpoint_url=swf.endpoint_url,
            region=swf.region,
            profile=swf.profile,
            credentials=swf.credentials,
            payloads=payloads,
            instance=swf.instance,
        )
    return _made[swf]


def is_connected(swf: messages.SwfJob) -> bool:
    """Whether there is a client already."""
    return swf in _made


def work(
    job: messages.ForkWorker,
    pool: messages.PoolJob,
    loaded: Loaded,
    channel: Channel[object],
    memory: int,
) -> int:
    """Be a worker until told to leave; the exit code. `memory` is the board's descriptor."""
    board = map_board(memory)
    os.close(memory)
    enter(job.cgroup)
    faulthandler.enable()  # SIGABRT writes all stacks to the log
    stacks.offer()
    gc.enable()
    own = WorkerId(job.pool, job.slot, job.spawn)
    os.environ[VARIABLE] = mark(os.getppid(), own)  # for what plugin code starts
    make_first_victim()
    identity = f"{socket.gethostname()}:{os.getpid()}:{pool.name}:{job.slot}.{job.spawn}"
    structlog.contextvars.bind_contextvars(pool=pool.name, slot=job.slot, worker_pid=os.getpid())
    if loaded.payloads is None:  # without its keys a worker would write what is to be secret
        _log.error("no worker without its payload store and keys: see [payloads]")
        return EX_CONFIG
    loaded.registry.vocabulary.allow(loaded.payloads.longest, loaded.payloads.expansion)
    try:
        client = connect(job.swf, loaded.payloads)
    except FlowyError as error:
        _log.error("no client of SWF", error=str(error))
        return EX_CONFIG
    rule = recycling.drawn(pool.max_tasks, pool.max_memory, os.getpid())
    release, sign = partial(client.release_polls, identity), job.sign_ms / 1000
    scribe = Scribe(channel, board, rule, release, sign)
    scribe.listen()
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    worker = WorkerInfo(pool.name, job.slot, pool.kind, pool.task_list, identity)
    post = Post(
        client,
        loaded.registry,
        pool.task_list,
        identity,
        loaded.around,
        poll_delay=lambda: board.word(Word.POLL_DELAY) / 1000,
        releases=pool.kind == "decider",  # a private list has an identity of its own
    )
    loaded.hooks.hook.flowy_worker_start(worker=worker)
    scribe.ready()
    _log.debug("worker ready", task_list=pool.task_list)
    serve(pool, post, scribe, board)
    take_leave(loaded, worker)
    scribe.close()
    _log.debug("worker leaves")
    return 0


def take_leave(loaded: Loaded, worker: WorkerInfo) -> None:
    """Call the plugins' last hook: all tasks are answered, so its failure is for the log only."""
    try:
        loaded.hooks.hook.flowy_worker_stop(worker=worker)
    except (Exception, SystemExit):  # noqa: BLE001  # plugin call: its code may raise anything
        _log.error("a plugin's flowy_worker_stop failed", exc_info=True)


def make_first_victim() -> None:
    """Have the kernel, when memory is short, end a worker before the supervisor or the engine."""
    with contextlib.suppress(OSError):  # somebody decided otherwise, or there is no such file
        Path("/proc/self/oom_score_adj").write_text(f"{OOM_SCORE}\n", encoding="ascii")


def serve(pool: messages.PoolJob, post: Post, scribe: Scribe, board: Board) -> None:
    """Do a pool's work until the scribe says to stop."""
    if pool.kind == "decider":
        keep = Bounds(pool.keep, pool.keep_memory) if pool.keep else None
        serve_decisions(post, scribe.stop, scribe, keep, scribe.cut)
    elif pool.kind == "lambda":
        serve_lambdas(post, scribe.stop, scribe)
    else:
        payloads = post.client.payloads
        keeper = BoardKeeper(board, lambda text: payloads.write_short(text, HEARTBEAT_DETAILS))
        serve_activities(post, scribe.stop, scribe, scribe.cut, keeper)


def leave(code: int) -> None:
    """End a forked process without the exit handlers of the zygote's modules.

    Threads that plugin code left behind end with it, as they would at any exit of a daemon thread.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    if threading.active_count() > 1:
        _log.debug("threads are left behind", count=threading.active_count() - 1)
    os._exit(code)
