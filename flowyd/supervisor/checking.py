"""`flowyd check`'s child: a zygote's load without the zygote. The order comes on stdin."""

import inspect
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from flowy.errors import Fault
from flowy.linting import lint
from flowy.registry import Registry
from flowyd.supervisor.faults import texts
from flowyd.supervisor.loading import load_generation
from flowyd.supervisor.messages import Load


def main() -> int:
    """Load, and write the faults as JSON to what was standard output."""
    # Plugins that print at import print to the log instead of into our answer.
    answer = os.dup(1)
    os.dup2(2, 1)
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Load)
    loaded, faults = load_generation(order)
    faults += workflow_faults(loaded.registry, "error" if order.strict else "warning")
    with os.fdopen(answer, "wb") as out:
        out.write(msgspec.json.encode(texts(faults)))
    return 0


def workflow_faults(registry: Registry, severity: str) -> Iterator[Fault]:
    """What replay would see differently in the modules of the workflows, each module read once."""
    files = {file_of(known.target) for known in registry.workflows.values()}
    for file in sorted(files - {None}, key=str):
        path = Path(str(file))
        shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
        yield from lint(path.read_text(encoding="utf-8"), str(shown), severity)


def file_of(target: object) -> str | None:
    """The source of a class, None where it is not to be had."""
    try:
        return inspect.getsourcefile(target)  # type: ignore[arg-type]  # it says so itself
    except TypeError:
        return None


if __name__ == "__main__":
    sys.exit(main())
