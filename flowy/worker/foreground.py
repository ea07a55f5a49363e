"""Loops in threads of one process, until it is interrupted: for the older tutorials' programs."""

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from flowy.worker.post import Stop


def serve_in_foreground(loops: Mapping[str, Callable[[Stop], None]]) -> None:
    """Run each loop in a thread of its name; return once SIGINT or SIGTERM came and all have ended.

    A loop finishes the task that it is at. A second signal is raised here and ends the process.
    """
    stop = threading.Event()
    threads = [
        threading.Thread(target=loop, args=(stop,), name=name, daemon=True)
        for name, loop in loops.items()
    ]
    with terminating_interrupts():
        for thread in threads:
            thread.start()
        try:
            join(threads)
        except KeyboardInterrupt:
            stop.set()
            join(threads)


def join(threads: list[threading.Thread]) -> None:
    """Wait until all have ended."""
    for thread in threads:
        thread.join()


@contextmanager
def terminating_interrupts() -> Iterator[None]:
    """While inside, SIGTERM interrupts as SIGINT does; only the main thread may say so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's & ignores it
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGINT, interrupt)
