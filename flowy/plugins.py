"""Finding and loading plugins. Each thing that is wrong is a fault; none stops the rest."""

import importlib
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any

import pluggy
import structlog

from flowy import hookspecs
from flowy.brought import Brought
from flowy.errors import Fault
from flowy.payloads import Payloads
from flowy.registry import Registry

_log = structlog.get_logger()

GROUP = "flowy.plugins"
"""The group of entry points that name plugins."""


@dataclass(frozen=True, slots=True)
class Source:
    """A plugin to load. `name` is the entry point's or the module's, `where` begins its faults."""

    name: str
    where: str
    load: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load gave: the types, what was wrong, the hooks, and the plugins that did load."""

    registry: Registry
    faults: tuple[Fault, ...]
    hooks: pluggy.PluginManager
    names: tuple[str, ...]
    brought: Brought = field(default_factory=Brought)
    payloads: Payloads | None = field(default_factory=Payloads)
    """None: what the configuration says of them does not hold, so nothing may be written."""

    @contextmanager
    def around(self, task: object) -> Iterator[None]:
        """The plugins' `flowy_task` context managers, for a `Post`; what they raise is logged."""
        stack = ExitStack()
        try:
            for manager in self.hooks.hook.flowy_task(task=task):
                stack.enter_context(manager)
        except Exception:  # noqa: BLE001  # plugin call: the task must not pay for it
            _log.error("a plugin's flowy_task failed", exc_info=True)
        try:
            yield
        finally:
            leave(stack)


def leave(stack: ExitStack) -> None:
    """Leave the plugins' context managers."""
    try:
        stack.close()
    except Exception:  # noqa: BLE001  # plugin call: the task must not pay for it
        _log.error("a plugin's flowy_task failed at its end", exc_info=True)


def load(enabled: Sequence[str] | None = None, modules: Sequence[str] = ()) -> Loaded:
    """Load the entry points that are `enabled` (None: all) and the named modules.

    A plugin that does not load is left out whole; of one that loads, the types that are refused.
    """
    registry, hooks = Registry(), pluggy.PluginManager(hookspecs.PROJECT)
    hooks.add_hookspecs(hookspecs)
    sources, faults = chosen(enabled, list(entry_points(group=GROUP)))
    names: list[str] = []
    brought = Brought()
    for source in [*sources, *map(named, modules)]:
        module, found = imported(source)
        faults += found
        if module is not None:
            names.append(source.name)
            faults += added(source, module, registry, hooks)
            faults += bringing(source, module, hooks, brought, registry)
    return Loaded(registry, tuple(faults), hooks, tuple(names), brought)


def chosen(
    enabled: Sequence[str] | None, points: Sequence[EntryPoint]
) -> tuple[list[Source], list[Fault]]:
    """The entry points to load; unknown and double names are faults."""
    counts = Counter(point.name for point in points)
    known = ", ".join(sorted(counts)) or "none"
    wanted = sorted(counts) if enabled is None else list(dict.fromkeys(enabled))
    faults = [
        Fault("[plugins] enabled", f"no plugin {name!r} is installed", f"installed: {known}")
        for name in wanted
        if name not in counts
    ]
    faults += [
        Fault(f"plugin {name}", "two entry points have this name", "uninstall one of them")
        for name in wanted
        if counts[name] > 1
    ]
    single = {point.name: point for point in points if counts[point.name] == 1}
    return [of_point(single[name]) for name in wanted if name in single], faults


def of_point(point: EntryPoint) -> Source:
    """The source that an entry point names."""
    return Source(point.name, f"plugin {point.name} (entry point {point.value})", point.load)


def named(module: str) -> Source:
    """The source that a module's name means."""
    return Source(module, f"module {module}", lambda: importlib.import_module(module))


def imported(source: Source) -> tuple[ModuleType | None, list[Fault]]:
    """The module of a source, or why there is none."""
    try:
        module = source.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001  # plugin call: its code may raise anything
        return None, [Fault(source.where, f"does not load: {told(error)}")]
    if not isinstance(module, ModuleType):
        hint = "let the entry point name a module, without a colon"
        return None, [Fault(source.where, f"{module!r} is not a module", hint)]
    return module, []


def added(
    source: Source, module: ModuleType, registry: Registry, hooks: pluggy.PluginManager
) -> Iterator[Fault]:
    """Add what a module holds: its types, then its hooks; yields what is refused."""
    before = registry.size
    refused = [Fault(source.where, e.message, e.hint) for e in registry.add_module(module)]
    yield from refused
    if hooks.is_registered(module):  # named twice: by an entry point and as a module
        return
    try:
        hooks.register(module, module.__name__)  # an entry point may have another module's name
        hooks.check_pending()
    except pluggy.PluginValidationError as error:
        if hooks.is_registered(module):
            hooks.unregister(module)
        yield Fault(source.where, f"a hook does not fit: {error}", "see flowy.hookspecs")
        return
    yield from registered(source, module, registry, hooks)
    if not (registry.size > before or refused or hooks.get_hookcallers(module)):
        hint = "decorate its code, import it there, or implement flowy_register"
        yield Fault(
            source.where, "defines no activity, workflow, Lambda function or hook", hint, "warning"
        )


def registered(
    source: Source, module: ModuleType, registry: Registry, hooks: pluggy.PluginManager
) -> Iterator[Fault]:
    """Call one plugin's own `flowy_register`; yields what it raised."""
    others = [plugin for plugin in hooks.get_plugins() if plugin is not module]
    caller = hooks.subset_hook_caller("flowy_register", others)
    try:
        caller(registry=registry)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # plugin call: its code may raise anything
        yield Fault(source.where, f"flowy_register raised {told(error)}")


def bringing(
    source: Source,
    module: ModuleType,
    hooks: pluggy.PluginManager,
    brought: Brought,
    registry: Registry,
) -> list[Fault]:
    """Take what one plugin brings besides types; what is wrong with it."""
    others = [plugin for plugin in hooks.get_plugins() if plugin is not module]

    def call(name: str) -> list[Any]:
        answers: list[Any] = hooks.subset_hook_caller(name, others)()
        return answers

    try:
        wrong = list(brought.take(call, registry.vocabulary))
    except (Exception, SystemExit) as error:  # noqa: BLE001  # plugin call: its code may raise anything
        wrong = [f"a hook raised {told(error)}"]
    return [Fault(source.where, message) for message in wrong]


def told(error: BaseException) -> str:
    """An error in one line, with the file and line that raised it.

    An error of syntax names its own place; the frames of the import system say nothing.
    """
    text = traceback.format_exception_only(error)[-1].strip()
    if isinstance(error, SyntaxError):
        return f"{text} at {error.filename}:{error.lineno}"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if is_users(f.filename)]
    return f"{text} at {frames[-1].filename}:{frames[-1].lineno}" if frames else text


def is_users(filename: str) -> bool:
    """Whether a frame is neither ours nor the import system's."""
    ours = (__file__, importlib.__file__, importlib.metadata.__file__, pluggy.__file__)
    parts = ("<frozen", pluggy.__file__.removesuffix("__init__.py"))
    return filename not in ours and not filename.startswith(parts)
