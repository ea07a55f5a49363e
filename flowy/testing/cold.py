"""Cold replay: in another process, with another hash seed, as a decider on another host would.

A process that replays what it has just run iterates over its sets in the same order again: only
another hash seed shows code whose decisions depend on it. The child is started when it is first
needed, serves all environments of this process and ends with it. It imports the workflow's module,
as multiprocessing's spawn does, so what is written at a module's top runs there too. Code that
cannot be imported (written in a function, made by one, typed into a session) is replayed in this
process. A test that patches a workflow's class or module says `Environment(cold=False)`, since the
child does not see the patch.
"""

import atexit
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

import msgspec

from flowy.decider.decide import Load, no_store
from flowy.errors import NonDeterminismError
from flowy.payloads.crossing import texts_of
from flowy.references import gather
from flowy.registry import ActivityDefinition, Registry, WorkflowDefinition
from flowy.slices import workflow_of
from flowy.swf.events import Event, WorkflowExecutionStarted
from flowy.swf.values import ExecutionId
from flowy.swf.wire import event_to_wire
from flowy.testing.cold_messages import Hello, Known, Origin, Task, Told
from flowy.testing.replaying import replay_events

SEED = "PYTHONHASHSEED"
PATIENCE = 5.0
"""Seconds that a child which was told to end has for it."""


class ColdReplayer:
    """One replay child; it is started by the first replay."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def replay(self, task: Task) -> Told:
        """Have it replayed; a child that dies of it could not."""
        try:
            sending, receiving = self._pipes()
            sending.write(msgspec.json.encode(task) + b"\n")
            sending.flush()
            line = receiving.readline()
        except OSError as error:
            line, died = b"", repr(error)
        else:
            died = "the replay child ended"
        if line:
            return msgspec.json.decode(line, type=Told)
        self.close()
        return Told(why=died)

    def close(self) -> None:
        """End the child."""
        process, self._process = self._process, None
        if process is None or process.stdin is None or process.stdout is None:
            return
        with suppress(OSError):
            process.stdin.close()
        process.stdout.close()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._owner != os.getpid():  # none yet, or this is a fork: the child is its parent's
            self._process, self._owner = None, os.getpid()
            atexit.register(self.close)
        process = self._process = self._process or started()
        if process.stdin is None or process.stdout is None:
            raise BrokenPipeError("the replay child has no pipes")
        return process.stdin, process.stdout


REPLAYER = ColdReplayer()
"""One child serves all environments of a process: to start it takes longer than most tests."""


def started() -> subprocess.Popen[bytes]:
    """A replay child, with the parent's module path and another hash seed than the parent's."""
    seed = "2" if os.environ.get(SEED) == "1" else "1"
    process = subprocess.Popen(
        [sys.executable, "-m", "flowy.testing.cold_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, SEED: seed, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    if process.stdin is not None:
        process.stdin.write(msgspec.json.encode(Hello(sys.path)) + b"\n")
        process.stdin.flush()
    return process


def replay_cold(
    events: Sequence[Event], execution: ExecutionId, registry: Registry, load: Load = no_store
) -> None:
    """Replay in the child what can be imported there, else here; `load` brings what a store holds.

    Raises:
        NonDeterminismError: if the code asks for something else than what is recorded.
    """
    task = task_of(events, execution, registry, load)
    told = REPLAYER.replay(task) if task else Told(why="its code cannot be imported")
    if told.difference:
        raise NonDeterminismError(
            f"{told.difference}\n    (in a fresh process with another hash seed)", hint=told.hint
        )
    if told.why:
        replay_events(list(events), execution, registry, load)


def task_of(
    events: Sequence[Event], execution: ExecutionId, registry: Registry, load: Load
) -> Task | None:
    """What to tell the child; None if it could not import the workflow's class, or all forms."""
    first = events[0].attributes
    if not isinstance(first, WorkflowExecutionStarted):
        return None
    origin = origin_of(workflow_of(registry, first.workflow_type))
    if origin is None or registry.vocabulary.extra:
        return None
    known = [named(activity) for activity in registry.activities.values()]
    wire = [*map(event_to_wire, events)]
    texts = gather((text for event in events for text in texts_of(event)), load)
    longest = registry.converter.longest
    return Task(origin, first.workflow_type, execution, known, wire, texts, longest)


def origin_of(definition: WorkflowDefinition) -> Origin | None:
    """Where a class can be imported from: a file whose module holds it under its own name."""
    target = definition.target
    module = sys.modules.get(target.__module__)
    file = getattr(module, "__file__", None)
    found: object = module
    for name in target.__qualname__.split("."):
        found = getattr(found, name, None)
    if found is not target or file is None or not Path(file).is_file():
        return None
    return Origin(target.__module__, target.__qualname__, str(Path(file).absolute()))


def named(definition: ActivityDefinition) -> Known:
    """What the child must know of an activity."""
    options = definition.options
    return Known(
        definition.type, options.auto_heartbeat is not False, options.error_handling is not False
    )
