"""Proxies: what a workflow class holds in place of the activities it uses."""

from collections.abc import Callable
from functools import partial
from typing import Any, Generic, ParamSpec, Protocol, TypeVar, Unpack, overload

from flowy._activity import type_id
from flowy.errors import OptionError
from flowy.options import CallOptions, Options
from flowy.placeholders import Line, Placeholder
from flowy.registry import ActivityDefinition, definition
from flowy.swf.values import TypeId

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Caller(Line, Protocol):
    """What can schedule a call: the running execution."""

    def call_activity(
        self, proxy: "ActivityProxy[..., Any]", args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Placeholder[Any]:
        """Ask for the activity of this proxy with these arguments."""


class Named(Protocol):
    """Any proxy: `name` is that of the attribute that holds it."""

    name: str


class BoundProxy(Generic[P, R]):
    """A proxy of a running workflow: calling it gives a placeholder at once."""

    def __init__(
        self,
        proxy: Named,
        line: Line,
        call: Callable[[tuple[Any, ...], dict[str, Any]], Placeholder[R]],
    ) -> None:
        self.__name__ = proxy.name
        self.proxy = proxy
        self.line = line
        self._call = call

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Placeholder[R]:
        """Ask for the call."""
        return self._call(args, kwargs)


class Works(Protocol[P, R_co]):
    """An activity class, as far as its arguments and result go."""

    def run(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
        """Do the work."""


class ActivityProxy(Generic[P, R]):
    """An activity as an attribute of a workflow class; calling it schedules the activity.

    Name the type, `ActivityProxy("Transcoding", 1)`, or give the decorated function or class.
    Options given here beat the decorator's; `self.options(...)` in the workflow beats both.
    """

    @overload
    def __init__(
        self: "ActivityProxy[..., Any]",
        activity: str,
        version: str | int,
        **said: Unpack[CallOptions],
    ) -> None: ...
    @overload
    def __init__(
        self, activity: type[Works[P, R]], version: None = None, **said: Unpack[CallOptions]
    ) -> None: ...
    @overload
    def __init__(
        self, activity: Callable[P, R], version: None = None, **said: Unpack[CallOptions]
    ) -> None: ...
    def __init__(
        self,
        activity: str | Callable[..., Any],
        version: str | int | None = None,
        **said: Unpack[CallOptions],
    ) -> None:
        self.type, self.definition = identify(activity, version)
        self.name = self.type.name
        self.options = Options(**said)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, workflow: None, owner: type) -> "ActivityProxy[P, R]": ...
    @overload
    def __get__(self, workflow: Any, owner: type) -> BoundProxy[P, R]: ...
    def __get__(self, workflow: Any, owner: type) -> Any:
        if workflow is None:
            return self
        caller: Caller = workflow.execution
        return BoundProxy(self, caller, partial(caller.call_activity, self))


def identify(
    activity: str | Callable[..., Any], version: str | int | None
) -> tuple[TypeId, ActivityDefinition | None]:
    """The type that a proxy stands for, and its definition when the code itself was given.

    Raises:
        OptionError: for a name without a version, or something that is no activity.
    """
    if isinstance(activity, str):
        if version is None:
            raise OptionError(
                f"the proxy of {activity!r} has no version",
                hint=f"write ActivityProxy({activity!r}, 1)",
            )
        return type_id(activity, version), None
    found = definition(activity)
    if not isinstance(found, ActivityDefinition):
        raise OptionError(f"{activity!r} is no activity", hint="decorate it with @activity(...)")
    return found.type, found
