"""Loading one generation of plugins, in a zygote or for a check."""

import sys
from pathlib import Path

from flowy.errors import Fault
from flowy.plugins import Loaded, load
from flowyd.plugins import verdicts
from flowyd.supervisor.messages import Load


def load_generation(order: Load) -> tuple[Loaded, list[Fault]]:
    """The plugins, and everything that is wrong with them or with their pools."""
    # Modules may lie in the current directory; it comes last, so that they shadow nothing.
    sys.path.append(str(Path.cwd()))
    loaded = load(order.enabled, order.modules)
    faults = [*loaded.faults, *verdicts(loaded.registry, order.pools, strict=order.strict)]
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads > 1:
        message = f"a plugin started {threads - 1} thread(s) at import; they do not live in workers"
        hint = "start threads in the hook flowy_worker_start"
        faults.append(Fault("[plugins]", message, hint, "warning"))
    return loaded, faults
