"""Loading one generation of plugins, in a zygote or for a check."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from flowy.errors import Fault
from flowy.plugins import Loaded, load
from flowyd.plugins import verdicts
from flowyd.supervisor.messages import Load, PoolJob


def load_generation(order: Load) -> tuple[Loaded, list[Fault]]:
    """The plugins, and everything that is wrong with them or with their pools."""
    # Modules may lie in the current directory; it comes last, so that they shadow nothing.
    sys.path.append(str(Path.cwd()))
    loaded = load(order.enabled, order.modules)
    faults = list(loaded.faults)
    if order.pools is not None:
        faults += verdicts(
            loaded.registry, order.pools, strict=order.strict, embedded=order.embedded
        )
        faults += unbound(loaded.names, order.pools)
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads > 1:
        message = f"a plugin started {threads - 1} thread(s) at import; they do not live in workers"
        hint = "start threads in the hook flowy_worker_start"
        faults.append(Fault("[plugins]", message, hint, "warning"))
    return loaded, faults


def unbound(loaded: Sequence[str], pools: Sequence[PoolJob]) -> Iterator[Fault]:
    """Each plugin that a pool is bound to and that did not load: the pool is held for it."""
    for pool in pools:
        for plugin in pool.plugins:
            if plugin not in loaded:
                message = (
                    f"[pools.{pool.name}] is bound to the plugin {plugin!r}, which did not load"
                )
                yield Fault(pool.where, message, f"loaded: {', '.join(loaded) or 'none'}")
