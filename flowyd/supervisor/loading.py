"""Loading one generation of plugins, in a zygote or for a check."""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from flowy.errors import Fault, FlowyError
from flowy.own_names import own_names
from flowy.payloads.stores import named_converter, open_payloads
from flowy.plugins import Loaded, load
from flowyd.plugins import verdicts
from flowyd.supervisor import strays
from flowyd.supervisor.messages import Home, Load, PoolJob


def load_generation(order: Load) -> tuple[Loaded, list[Fault]]:
    """The plugins, and everything that is wrong with them or with their pools."""
    # Modules may lie in the current directory; it comes last, so that they shadow nothing.
    sys.path.append(str(Path.cwd()))
    own = os.getpid()
    loaded = load(order.enabled, order.modules)
    if os.getpid() != own:
        os._exit(0)  # a copy of this process that a plugin forked at import and let go on
    faults = [*loaded.faults, *left_at_import()]
    if order.pools is not None:
        names = own_names(order.home.instance if order.home else "")
        faults += verdicts(
            loaded.registry, order.pools, names, strict=order.strict, embedded=order.embedded
        )
        faults += unbound(loaded.names, order.pools)
    if order.home is not None:
        loaded, wrong = with_payloads(loaded, order.home)
        faults += wrong
    return loaded, faults


def left_at_import() -> Iterator[Fault]:
    """What plugins started that does not live in workers, as the loading process sees itself."""
    threads = len(list(Path("/proc/self/task").iterdir())) - 1
    if threads:
        message = f"a plugin started {threads} thread(s) at import; they do not live in workers"
        hint = "start threads in the hook flowy_worker_start"
        yield Fault("[plugins]", message, hint, "warning")
    started = len(list(strays.children()))
    if started:
        message = f"a plugin started {started} process(es) at import; each load starts them anew"
        hint = "start processes in the hook flowy_worker_start"
        yield Fault("[plugins]", message, hint, "warning")


def with_payloads(loaded: Loaded, home: Home) -> tuple[Loaded, list[Fault]]:
    """What was loaded with its payloads: store, codecs, keys, and the daemon's converter.

    With a fault there are none, and no worker may start: it would write what is to be secret.
    """
    settings, brought = home.payloads, loaded.brought
    try:
        if settings.converter is not None:
            loaded.registry.vocabulary.add(named_converter(settings.converter).forms)
        payloads = open_payloads(settings, home.domain, os.environ, brought.codecs, brought.store)
    except FlowyError as error:
        return replace(loaded, payloads=None), [Fault("[payloads]", error.message, error.hint)]
    return replace(loaded, payloads=payloads), []


def unbound(loaded: Sequence[str], pools: Sequence[PoolJob]) -> Iterator[Fault]:
    """Each plugin that a pool is bound to and that did not load: the pool is held for it."""
    for pool in pools:
        for plugin in pool.plugins:
            if plugin not in loaded:
                message = (
                    f"[pools.{pool.name}] is bound to the plugin {plugin!r}, which did not load"
                )
                yield Fault(pool.where, message, f"loaded: {', '.join(loaded) or 'none'}")
