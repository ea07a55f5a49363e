"""Child executions as attributes of a workflow class."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Generic, ParamSpec, Protocol, TypeVar, Unpack, overload

from flowy._activity import type_id
from flowy.errors import OptionError
from flowy.externals import ChildPlaceholder
from flowy.placeholders import Line
from flowy.proxies import BoundProxy
from flowy.registry import WorkflowDefinition, definition
from flowy.scopes import AllOptions, ChildOptions
from flowy.swf.values import TypeId

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

KNOWN = ChildOptions.__annotations__


class Runs(Protocol[P, R_co]):
    """A workflow class, as far as its arguments and result go."""

    def run(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
        """Do the work."""


class ChildCaller(Line, Protocol):
    """What can start a child: the running execution."""

    def call_child(
        self, proxy: "WorkflowProxy[..., Any]", args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> ChildPlaceholder[Any]:
        """Ask for a child of this proxy's type with these arguments."""


class WorkflowProxy(Generic[P, R]):
    """A workflow as an attribute of another one; calling it starts a child execution.

    Name the type, `WorkflowProxy("Upload", 1)`, or give the decorated class. Options given here
    beat the decorator's; `self.options(...)` in the workflow beats both. A failed or timed-out
    child is started again under another workflowId as often as `retry` says.

    `.result()` raises TaskFailed with the child's own error (its remote type is `flowy.Terminated`
    for one that was terminated, and no retry follows), TaskTimedOut, TaskCanceled, or
    TaskNotScheduled with SWF's cause: its type is unknown, its workflowId is taken.

    Raises:
        OptionError: for an option that a child has not, or that SWF would refuse.
    """

    @overload
    def __init__(
        self: "WorkflowProxy[..., Any]",
        workflow: str,
        version: str | int,
        **said: Unpack[ChildOptions],
    ) -> None: ...
    @overload
    def __init__(
        self,
        workflow: type[Runs[P, Coroutine[Any, Any, R]]],
        version: None = None,
        **said: Unpack[ChildOptions],
    ) -> None: ...
    @overload
    def __init__(
        self, workflow: type[Runs[P, R]], version: None = None, **said: Unpack[ChildOptions]
    ) -> None: ...
    def __init__(
        self,
        workflow: str | type[Any],
        version: str | int | None = None,
        **said: Unpack[ChildOptions],
    ) -> None:
        self.type, self.definition = identify(workflow, version)
        self.name = self.type.name
        check_options(said)
        self.options = AllOptions(**said)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, workflow: None, owner: type) -> "WorkflowProxy[P, R]": ...
    @overload
    def __get__(self, workflow: Any, owner: type) -> Callable[P, ChildPlaceholder[R]]: ...
    def __get__(self, workflow: Any, owner: type) -> Any:
        if workflow is None:
            return self
        caller: ChildCaller = workflow.execution
        return BoundProxy(self, caller, partial(caller.call_child, self))


def identify(
    workflow: str | type[Any], version: str | int | None
) -> tuple[TypeId, WorkflowDefinition | None]:
    """The type that a proxy stands for, and its definition when the class itself was given.

    Raises:
        OptionError: for a name without a version, or something that is no workflow.
    """
    if isinstance(workflow, str):
        if version is None:
            raise OptionError(
                f"the proxy of {workflow!r} has no version",
                hint=f"write WorkflowProxy({workflow!r}, 1)",
            )
        return type_id(workflow, version), None
    found = definition(workflow)
    if not isinstance(found, WorkflowDefinition):
        raise OptionError(f"{workflow!r} is no workflow", hint="decorate it with @workflow(...)")
    return found.type, found


def check_options(said: ChildOptions) -> None:
    """Refuse what only activities have: it would mean nothing to a child, silently.

    Raises:
        OptionError: with the first of them.
    """
    for name in said:
        if name not in KNOWN:
            raise OptionError(f"a child has no option {name}", hint=f"it has: {', '.join(KNOWN)}")
