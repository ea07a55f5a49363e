"""The replay child: `python -m flowy.testing.cold_child`, with a hash seed of its own.

It replays what it is handed until its standard input ends, which it does with its parent.
"""

import importlib
import importlib.util
import os
import pdb  # noqa: T100  # to switch it off
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from flowy.errors import NonDeterminismError
from flowy.options import Options
from flowy.registry import ActivityDefinition, Registry, WorkflowDefinition, definition
from flowy.swf.wire import event_from_wire
from flowy.testing.cold_messages import Hello, Known, Origin, Task, Told
from flowy.testing.replaying import replay_events

MAIN = "__flowy_main__"
"""The name of the parent's main module here: what is under its `if __name__` does not run."""


def main() -> int:
    """Answer each line of standard input with one on what was standard output."""
    ignore_breakpoints()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # modules that print at import print into nothing instead of into an answer
    lines = sys.stdin.buffer
    sys.path[:] = msgspec.json.decode(lines.readline(), type=Hello).path
    with answers:
        for line in lines:
            answers.write(msgspec.json.encode(answer(line)) + b"\n")
            answers.flush()
    return 0


def ignore_breakpoints() -> None:
    """A debugger stops in the parent's run; here it would read our messages as its commands."""
    sys.breakpointhook = nothing
    vars(pdb)["set_trace"] = nothing


def nothing(*_: Any, **__: Any) -> None:
    """What a breakpoint does here."""


def answer(line: bytes) -> Told:
    """Replay, and say how it went."""
    try:
        task = msgspec.json.decode(line, type=Task)
        events = [event_from_wire(wire) for wire in task.events]
        replay_events(events, task.execution, registry_of(task), lambda _wanted: task.texts)
    except NonDeterminismError as error:
        return Told(difference=error.message, hint=error.hint)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # task execution: any code of the user's
        return Told(why=repr(error))
    return Told()


def registry_of(task: Task) -> Registry:
    """The workflow's class as this process imports it, and the activities by name.

    Raises:
        LookupError: if what lies there now is another type.
    """
    found: Any = imported(task.origin)
    for name in task.origin.qualname.split("."):
        found = getattr(found, name)
    known = definition(found)
    if not isinstance(known, WorkflowDefinition) or known.type != task.type:
        raise LookupError(f"{task.origin} is not {task.type} here")
    registry = Registry()
    registry.add(found)
    registry.vocabulary.allow(task.longest)
    for activity in task.activities:
        registry.activities[activity.type] = named(activity)
    return registry


def named(known: Known) -> ActivityDefinition:
    """An activity that is never run here."""
    options = Options(auto_heartbeat=known.auto_heartbeat, error_handling=known.error_handling)
    return ActivityDefinition(known.type, options, repr, "another process")


def imported(origin: Origin) -> ModuleType:
    """The module, by its name if that finds the same file, else by its file."""
    name = MAIN if origin.module == "__main__" else origin.module
    known = sys.modules.get(name)
    if known is not None:
        return known
    if found_at(name) == Path(origin.file):
        return importlib.import_module(name)
    spec = importlib.util.spec_from_file_location(name, origin.file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{origin.file} is no module")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def found_at(name: str) -> Path | None:
    """The file that importing this name would read."""
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec is not None and spec.origin else None


if __name__ == "__main__":
    sys.exit(main())
