"""The process that loads one generation of plugins and forks its workers.

Exec'd fresh as `python -m flowyd.supervisor.zygote FD`, so that it holds the code that is on disk.
It forks twice and lets the process between die: the supervisor, a subreaper, becomes the parent
of every child, and a zygote's death ends no worker.
"""

import contextlib
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence

import structlog

from flowy.errors import FlowyError
from flowy.plugins import Loaded
from flowyd import PROTOCOL, logs
from flowyd.supervisor import child, code, messages, registration
from flowyd.supervisor.channels import Channel
from flowyd.supervisor.faults import texts
from flowyd.supervisor.loading import load_generation
from flowyd.supervisor.policy import EX_CONFIG
from flowyd.supervisor.processes import die_with

Wire = Channel[messages.ToZygote]
_log = structlog.get_logger()


def main(fd: int) -> int:
    """Load, then fork on demand until the supervisor closes the channel."""
    wire = Wire(socket.socket(fileno=fd), messages.ToZygote)
    order = wire.receive()
    if not isinstance(order, messages.Load):
        return os.EX_PROTOCOL
    logs.configure(order.log_format, order.log_level)
    if order.protocol != PROTOCOL:
        _log.error("another flowyd was installed while this one runs: restart it")
        return EX_CONFIG
    loaded, faults = load_generation(order)
    freeze()
    files = code.sources([plugin for plugin in loaded.hooks.get_plugins() if plugin is not None])
    told = files if len(files) <= code.MOST_FILES else ()
    wire.send(messages.Loaded(loaded.names, texts(faults), told, code.digest(files)))
    while True:
        job, fds = wire.receive_with_fds(2)
        if job is None or not fds:
            return 0
        prepare(job, loaded)
        end = socket.socket(fileno=fds[0])
        fork_twice(deed(job, order, loaded, end, fds[1:]), order.supervisor, wire, end)
        for board in fds[1:]:
            os.close(board)


def prepare(job: messages.ToZygote, loaded: Loaded) -> None:
    """Make the client of SWF that all children share the pages of, unless it is there."""
    if isinstance(job, messages.Load) or child.is_connected(job.swf):
        return
    with contextlib.suppress(FlowyError):  # the child makes it anew, and tells what is wrong
        child.connect(job.swf, loaded.payloads).warm()
        freeze()


def freeze() -> None:
    """Keep the collector off what all workers share, so that their pages stay shared."""
    gc.collect()
    gc.disable()
    gc.freeze()


def deed(
    job: messages.ToZygote,
    order: messages.Load,
    loaded: Loaded,
    end: socket.socket,
    boards: Sequence[int],
) -> Callable[[], int]:
    """What the new child shall do, once it has its parent."""
    end.setblocking(False)
    channel: Channel[object] = Channel(end, object)
    pools = {pool.name: pool for pool in order.pools or ()}

    def run() -> int:
        if not channel.send(messages.Birth(os.getpid())):
            return os.EX_TEMPFAIL  # given up while it was made: another one is in its place
        match job:
            case messages.ForkWorker():
                return child.work(job, pools[job.pool], loaded, channel, boards[0])
            case messages.ForkRegistration(swf, replay_open):
                signal.pthread_sigmask(signal.SIG_SETMASK, ())
                channel.send(registration.register(swf, loaded, replay_open=replay_open))
                return 0
            case messages.Load():
                return os.EX_PROTOCOL

    return run


def fork_twice(run: Callable[[], int], supervisor: int, wire: Wire, end: socket.socket) -> None:
    """Make a grandchild that runs `run` once the supervisor is its parent."""
    reparented, told = os.pipe()
    # A signal between fork and the child's own handlers would meet the zygote's.
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        middle = os.fork()
    except OSError as error:
        _log.error("no process can be made", error=str(error))
        middle = -1
    if middle == 0:
        try:
            os.close(told)
            if os.fork() == 0:
                wire.close()
                be_child(run, supervisor, reparented)
        finally:
            os._exit(0)
    end.close()
    os.close(reparented)
    # Once the middle one is reaped, its child has its new parent.
    if middle > 0:
        os.waitpid(middle, 0)
    os.close(told)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def be_child(run: Callable[[], int], supervisor: int, reparented: int) -> None:
    """Wait for the new parent, lead a session, run, and leave in any case."""
    code = os.EX_SOFTWARE
    try:
        os.setsid()
        os.read(reparented, 1)
        os.close(reparented)
        die_with(supervisor)
        code = run()
    except SystemExit as leaving:  # a plugin's hook says with which code; 78 holds the pool
        _log.error("a plugin ended its worker", exc_info=True)
        code = leaving.code if isinstance(leaving.code, int) else os.EX_SOFTWARE
    except BaseException:  # noqa: BLE001 — top of a process: plugin hooks may raise anything
        _log.error("a child failed", exc_info=True)
    finally:
        child.leave(code)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
