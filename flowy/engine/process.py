"""The engine's process: its options, its file's lock, its signals."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

from msgspec import Struct

from flowy.engine.core.settings import Settings
from flowy.engine.credentials import check_exposure
from flowy.engine.fault_file import FaultFile
from flowy.engine.files import allow_many_files
from flowy.engine.gate import Policy
from flowy.engine.lock import hold_lock, note
from flowy.engine.logs import Logs
from flowy.engine.measures import Measures
from flowy.engine.metrics import Sources, render
from flowy.engine.run_ids import RunIds
from flowy.engine.server import Server, address, listen
from flowy.engine.service import Service
from flowy.engine.store import Store
from flowy.engine.store.schema import Synchronous
from flowy.engine.throttle import Throttle


class Options(Struct, frozen=True):
    """How the engine is reached. `secrets` (by access key) are None if anybody may call.

    Without them only a loopback address is served, unless `insecure`. `faults` is a file of rules.
    `synchronous` is SQLite's: FULL outlives a power cut, NORMAL only the end of the process.
    `lifeline` is a descriptor that a supervisor holds the other end of: once that closes, this
    engine is an orphan, and ends when its last client has gone or a successor asks.
    """

    secrets: Mapping[str, str] | None = None
    insecure: bool = False
    faults: Path | None = None
    throttle: bool = False
    access_log: bool = False
    synchronous: Synchronous = "FULL"
    lifeline: int | None = None


def serve(
    database: str,
    host: str,
    port: int,
    settings: Settings | None = None,
    options: Options | None = None,
) -> None:
    """Run an engine on `database` (a path or ":memory:") until SIGTERM or SIGINT.

    Once it serves it prints one line, `listening on http://HOST:PORT`.

    Raises:
        FlowyError: if the file, the address or an option cannot be used.
    """
    options = options or Options()
    check_exposure(host, guarded=bool(options.secrets), insecure=options.insecure)
    logs = Logs(sys.stderr.buffer, access=options.access_log)
    strike = FaultFile(options.faults, logs.say).choose if options.faults else None
    allow_many_files()
    lock = hold_lock(database, take_over=options.lifeline is not None)
    try:
        with listen(host, port) as listener, closing(Store(database, options.synchronous)) as store:
            service = Service(store, settings or Settings(), RunIds(os.urandom(16)), logs.say)
            if options.throttle:
                throttle = Throttle()
                service.admit = lambda call: throttle.admit(call.operation, call.request, call.now)
            measures = Measures()
            sources = Sources(
                measures, lambda: service.desk, None if database == ":memory:" else Path(database)
            )
            policy = Policy(
                options.secrets,
                strike,
                {"/healthz": lambda: b"ok\n", "/metrics": lambda: render(sources)},
                logs if options.access_log else None,
            )
            life = Life(options.lifeline, lambda: orphaned(lock, logs))
            asyncio.run(_serve(service, listener, policy, measures, life))
    finally:
        if lock is not None:
            lock.close()


class Life(NamedTuple):
    """The lifeline's descriptor, if there is one, and what to do when it breaks."""

    line: int | None
    broken: Callable[[], None]


def orphaned(lock: IO[bytes] | None, logs: Logs) -> None:
    """Tell that nobody looks after this engine any more."""
    logs.say("the supervisor is gone: serving until the last client is")
    if lock is not None:
        note(lock, "orphan")


async def _serve(
    service: Service, listener: socket.socket, policy: Policy, measures: Measures, life: Life
) -> None:
    loop = asyncio.get_running_loop()
    server = Server(service, loop, policy, measures)
    if sys.platform != "win32":
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.stopping.set)
    if life.line is not None:
        loop.add_reader(life.line, partial(_cut_loose, loop, server, life))
    await server.run(listener, lambda: _announce(listener))


def _cut_loose(loop: asyncio.AbstractEventLoop, server: Server, life: Life) -> None:
    """The lifeline broke: nothing is ever written to it."""
    loop.remove_reader(life.line or 0)
    life.broken()
    server.leave_when_idle()


def _announce(listener: socket.socket) -> None:
    sys.stdout.write(f"listening on {address(listener)}\n")
    sys.stdout.flush()
