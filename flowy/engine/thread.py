"""An engine in a thread of this process, for `flowy dev`: one program, nothing to set up."""

import asyncio
import os
import socket
from contextlib import closing
from threading import Event, Thread
from typing import Self

import structlog

from flowy.engine.core.settings import Settings
from flowy.engine.credentials import check_exposure
from flowy.engine.lock import hold_lock
from flowy.engine.run_ids import RunIds
from flowy.engine.server import Server, address, listen
from flowy.engine.service import Service
from flowy.engine.store import Store

_log = structlog.get_logger()


class EngineThread:
    """Serves on `host` and `port` (0: the kernel chooses) while its `with` block runs.

    `url` is where. Only loopback is served: nobody is asked for credentials.

    Raises:
        FlowyError: from the block's start, if the file or the address cannot be used.
    """

    def __init__(self, database: str, host: str = "127.0.0.1", port: int = 0) -> None:
        check_exposure(host, guarded=False, insecure=False)
        self.url = ""
        self._database = database
        self._place = (host, port)
        self._serving = Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._thread = Thread(target=self._run, name="engine", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._serving.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None and self._stopping is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._serve()
        except Exception as error:  # noqa: BLE001  # the top of a thread: who started it is told
            self._failure = error
            if self._serving.is_set():
                _log.error("the engine failed", exc_info=True)
        finally:
            self._serving.set()

    def _serve(self) -> None:
        # The store stays in the thread that opened it: SQLite wants it so.
        lock = hold_lock(self._database)
        try:
            with listen(*self._place) as listener, closing(Store(self._database)) as store:
                self.url = address(listener)
                service = Service(store, Settings(), RunIds(os.urandom(16)), _log.error)
                asyncio.run(self._answer(service, listener))
        finally:
            if lock is not None:
                lock.close()

    async def _answer(self, service: Service, listener: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        server = Server(service, self._loop)
        self._stopping = server.stopping
        await server.run(listener, self._serving.set)
