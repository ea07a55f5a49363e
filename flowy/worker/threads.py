"""Workers as threads of one process: deciders and activity workers for each task list."""

import os
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from threading import Event, Thread

from flowy.plugins import Loaded
from flowy.swf.naming import named_list
from flowy.worker.activities import serve_activities
from flowy.worker.decisions import serve_decisions
from flowy.worker.hosting import WorkerInfo
from flowy.worker.lambdas import serve_lambdas
from flowy.worker.post import Post, Service

Serve = Callable[[Post, Event], None]


class WorkerThreads:
    """The workers for all task lists that the loaded types name, until `stop` is set.

    One decider for each list of decisions: it keeps executions in memory, and they cannot change
    threads. `threads` workers for each list of activities.
    """

    def __init__(self, client: Service, loaded: Loaded, threads: int, stop: Event) -> None:
        self._client = client
        self._loaded = loaded
        self._stop = stop
        self._jobs = [
            (kind, named_list(task_list, client.names)) for kind, task_list in jobs(loaded, threads)
        ]
        self._threads: list[Thread] = []

    def __str__(self) -> str:
        """What they serve, a line for each list."""
        counts = Counter(self._jobs).items()
        return "\n".join(f"{kind} on {task_list}: {n}" for (kind, task_list), n in counts)

    def start(self) -> None:
        """Start them all. They are daemons: a process that is told to leave at once does."""
        for number, (kind, task_list) in enumerate(self._jobs):
            identity = f"{socket.gethostname()}:{os.getpid()}:{kind}:{number}"
            worker = WorkerInfo("dev", number, kind, task_list, identity)
            thread = Thread(target=self._work, args=(worker,), name=f"{kind}-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def _work(self, worker: WorkerInfo) -> None:
        """Be one worker, with the plugins' hooks around it."""
        loaded, hooks = self._loaded, self._loaded.hooks.hook
        post = Post(self._client, loaded.registry, worker.task_list, worker.identity, loaded.around)
        hooks.flowy_worker_start(worker=worker)
        try:
            SERVE[worker.kind](post, self._stop)
        finally:
            hooks.flowy_worker_stop(worker=worker)

    def join(self, tick: float) -> None:
        """Wait until all have finished their task; it may be interrupted each `tick` seconds."""
        for thread in self._threads:
            while thread.is_alive():
                thread.join(tick)


def decide(post: Post, stop: Event) -> None:
    """A decider's work."""
    serve_decisions(post, stop)


def act(post: Post, stop: Event) -> None:
    """An activity worker's work."""
    serve_activities(post, stop)


def answer(post: Post, stop: Event) -> None:
    """A lambda worker's work."""
    serve_lambdas(post, stop)


SERVE: dict[str, Serve] = {"decider": decide, "activity": act, "lambda": answer}


def jobs(loaded: Loaded, threads: int) -> Iterator[tuple[str, str]]:
    """The kind and the task list of each worker, the same list once for each thread."""
    registry = loaded.registry
    for task_list in sorted(
        {str(known.options.task_list) for known in registry.workflows.values()}
    ):
        yield "decider", task_list
    for task_list in sorted(
        {str(known.options.task_list) for known in registry.activities.values()}
    ):
        yield from [("activity", task_list)] * threads
    if registry.lambdas:
        yield from [("lambda", "lambda")] * threads
