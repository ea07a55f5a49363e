"""Registering the types of a registry: SWF's are compared first, what is missing is added."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from flowy import slices
from flowy.errors import (
    AlreadyExists,
    Fault,
    FlowyError,
    OptionError,
    ServiceError,
    UnknownResource,
)
from flowy.names import Names
from flowy.options import ACTIVITY_DEFAULTS, WORKFLOW_DEFAULTS, Options, WorkflowOptions
from flowy.registry import ActivityDefinition, Registry, WorkflowDefinition
from flowy.swf import parameters
from flowy.swf.descriptions import RegisteredType
from flowy.swf.naming import named_options
from flowy.swf.values import TypeId


class Types(Protocol):
    """What registration needs of SWF."""

    @property
    def names(self) -> Names:
        """What `{hostname}` and `{instance}` in task lists stand for."""

    def describe_activity_type(self, type: TypeId) -> RegisteredType:
        """An activity type as it is registered."""

    def describe_workflow_type(self, type: TypeId) -> RegisteredType:
        """A workflow type as it is registered."""

    def register_activity_type(self, type: TypeId, options: Options, description: str) -> None:
        """Register an activity type."""

    def register_workflow_type(
        self, type: TypeId, options: WorkflowOptions, description: str
    ) -> None:
        """Register a workflow type."""


def register_types(client: Types, registry: Registry, on_mismatch: str = "warn") -> list[Fault]:
    """Register what is missing; a type with other defaults is a warning that lists them.

    Options go with every decision, so other defaults do no harm to what our own code schedules;
    with `on_mismatch="error"` they are an error all the same.
    """
    found = [register_activity(client, known) for known in registry.activities.values()]
    found += [register_workflow(client, known) for known in workflows_of(registry)]
    faults = [fault for fault in found if fault is not None]
    # Nothing but a mismatch is a warning here.
    return (
        [replace(fault, severity="error") for fault in faults] if on_mismatch == "error" else faults
    )


def workflows_of(registry: Registry) -> list[WorkflowDefinition]:
    """The workflow types to register: with the first of the plugins' come those of flowy itself."""
    ours = slices.BUILT_IN.values() if registry.workflows else ()
    return [*registry.workflows.values(), *ours]


def register_activity(client: Types, definition: ActivityDefinition) -> Fault | None:
    """Register one activity type, if it is not."""
    about = Fault(definition.origin, f"the activity type {definition.type}")
    try:
        options = named_options(definition.options.over(ACTIVITY_DEFAULTS), client.names)
    except OptionError as error:
        return refused(about, error)
    return ensure(
        partial(client.describe_activity_type, definition.type),
        partial(client.register_activity_type, definition.type, options, definition.description),
        parameters.activity_defaults(options),
        about,
    )


def register_workflow(client: Types, definition: WorkflowDefinition) -> Fault | None:
    """Register one workflow type, if it is not."""
    about = Fault(definition.origin, f"the workflow type {definition.type}")
    try:
        options = named_options(definition.options.over(WORKFLOW_DEFAULTS), client.names)
    except OptionError as error:
        return refused(about, error)
    return ensure(
        partial(client.describe_workflow_type, definition.type),
        partial(client.register_workflow_type, definition.type, options, definition.description),
        parameters.workflow_defaults(options),
        about,
    )


def ensure(
    describe: Callable[[], RegisteredType],
    register: Callable[[], None],
    wanted: dict[str, Any],
    about: Fault,
) -> Fault | None:
    """Register a type that is missing, compare one that is there; `about` begins the fault."""
    try:
        known = described(describe)
        if known is None:
            register()
            return None
    except AlreadyExists:  # another host was faster; it will see the difference, if there is one
        return None
    except ServiceError as error:
        return refused(about, error)
    return compare(known, wanted, about)


def refused(about: Fault, error: FlowyError) -> Fault:
    """What is wrong with a type that cannot be registered."""
    return replace(about, message=f"{about.message}: {error.message}", hint=error.hint)


def described(describe: Callable[[], RegisteredType]) -> RegisteredType | None:
    """The registered type, or None."""
    try:
        return describe()
    except UnknownResource:
        return None


def compare(known: RegisteredType, wanted: dict[str, Any], about: Fault) -> Fault | None:
    """What is wrong with a type that is registered."""
    if known.status != "REGISTERED":
        hint = "undeprecate it, or give the code a new version"
        return replace(about, message=f"{about.message} is deprecated", hint=hint)
    names = sorted(known.defaults.keys() | wanted.keys())
    other = [
        f"{name} {plain(known.defaults.get(name))} (code: {plain(wanted.get(name))})"
        for name in names
        if known.defaults.get(name) != wanted.get(name)
    ]
    if not other:
        return None
    message = f"{about.message} is registered with other defaults: {', '.join(other)}"
    hint = "harmless for flowy, which sends its own; others need a new version"
    return replace(about, message=message, hint=hint, severity="warning")


def plain(value: Any) -> str:
    """A default as people read it."""
    return "none" if value is None else str(value["name"] if isinstance(value, dict) else value)
