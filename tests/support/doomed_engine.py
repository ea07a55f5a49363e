"""A process that forks engines, each doomed to be killed. Run as a script; it speaks JSON lines.

In: {"database": PATH, "doom": DOOM}. Out: {"port": N, "pid": N}, and once that engine has ended
{"ended": STATUS}. Forked engines start in milliseconds, and are killed as any process is.
"""

import asyncio
import json
import os
import random
import signal
import socket
import sys
import traceback
from typing import Any

from flowy.engine.core.settings import Settings
from flowy.engine.exchange import Exchange
from flowy.engine.run_ids import RunIds
from flowy.engine.server import Server, listen
from flowy.engine.service import Service
from flowy.engine.store import Store, checkpoints

WRITES = ("BEGIN", "INSERT", "UPDATE", "DELETE", "COMMIT")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Countdown:
    """Kills the process when it has been called so many times."""

    def __init__(self, left: int) -> None:
        self._left = left

    def __call__(self) -> None:
        self._left -= 1
        if self._left == 0:
            die()


class DoomedConnection:
    """SQLite's connection; the process dies after so many statements that write."""

    def __init__(self, connection: Any, count: Countdown) -> None:
        self._connection = connection
        self._count = count

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, statement: str, *values: Any) -> Any:
        done = self._connection.execute(statement, *values)
        if statement.startswith(WRITES):
            self._count()
        return done

    def executemany(self, statement: str, rows: Any) -> Any:
        """Die in the middle of the rows, too."""

        def counted() -> Any:
            for row in rows:
                yield row
                self._count()

        return self._connection.executemany(statement, counted())


def plant(doom: dict[str, int], service: Service, store: Any) -> None:
    """`statement`: die after so many writes; `answer`: before so many answers have been sent.

    `early` is a bug to be found: answers before the commit that they promise.
    """
    if "statement" in doom:
        store._connection = DoomedConnection(store._connection, Countdown(doom["statement"]))
    if "answer" in doom:
        count, send = Countdown(doom["answer"]), Exchange.answer

        def answer(exchange: Exchange, status: int, body: bytes) -> None:
            count()
            send(exchange, status, body)

        Exchange.answer = answer
    if "early" in doom:
        commit: Any = service._commit

        def commit_late(now: int) -> None:
            answers, service._answers = service._answers, []
            for early in answers:
                early.responder.answer(early.status, early.body)
            commit(now)

        service._commit = commit_late


async def serve(service: Service, listener: socket.socket, ready: int) -> None:
    loop = asyncio.get_running_loop()
    server = Server(service, loop)
    loop.add_signal_handler(signal.SIGTERM, server.stopping.set)
    await server.run(listener, lambda: os.close(ready))


def engine(database: str, doom: dict[str, Any], listener: socket.socket, ready: int) -> None:
    # Many checkpoints, so that engines die in the midst of them.
    checkpoints.EVERY = doom.get("every", 1 << 18)
    synchronous = doom.get("synchronous", "FULL")
    store = Store(database, synchronous)
    service = Service(store, Settings(hold_ms=2_000), RunIds(random.randbytes(16)), print)
    plant(doom, service, store)
    asyncio.run(serve(service, listener, ready))


def say(**message: int) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def fork(order: dict[str, Any]) -> None:
    """Start one engine, say where it is, and wait for its end."""
    listener = listen("127.0.0.1", 0)
    waiting, ready = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(waiting)
        random.seed()
        try:
            engine(order["database"], order["doom"], listener, ready)
        except BaseException:  # noqa: BLE001  # whatever it is, this copy of the stem ends here
            traceback.print_exc()
            os._exit(70)
        os._exit(0)
    os.close(ready)
    os.read(waiting, 1)  # until it serves, or is dead already
    os.close(waiting)
    say(port=listener.getsockname()[1], pid=pid)
    listener.close()
    say(ended=os.waitpid(pid, 0)[1])


def main() -> None:
    # What every engine needs, made once: the forked ones find it there.
    Service(Store(":memory:"), Settings(), RunIds(b"stem"), print).stop()
    for line in sys.stdin:
        fork(json.loads(line))


if __name__ == "__main__":
    main()
