"""What people write workflows with: the `workflow` decorator and `Workflow`."""

import inspect
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import Any, NoReturn, ParamSpec, Protocol, TypeVar, Unpack, overload

from flowy._activity import type_id
from flowy._notes import Notes, Noting, handlers_of
from flowy.blocks import Block
from flowy.converter import PLAIN, Converter
from flowy.errors import RegistrationError
from flowy.externals import External, Sender
from flowy.fanning import (
    AT_ONCE,
    activity_of,
    check_width,
    map_items,
    map_slices,
    starter,
)
from flowy.lambda_proxy import LambdaCaller
from flowy.options import ExecutionOptions, Seconds, WorkflowOptions
from flowy.placeholders import Placeholder
from flowy.proxies import ActivityProxy as ActivityProxy  # noqa: PLC0414  # also found here, as it once was
from flowy.proxies import Caller
from flowy.registry import ATTRIBUTE, WorkflowDefinition, description_of, origin_of
from flowy.scopes import AllOptions, ScopeOptions
from flowy.swf.values import ExecutionId
from flowy.workflow_proxy import ChildCaller

W = TypeVar("W", bound="type[Workflow]")
P = ParamSpec("P")
R = TypeVar("R")
I = TypeVar("I")  # noqa: E741  # an item


class Running(Caller, ChildCaller, LambdaCaller, Sender, Noting, Protocol):
    """The running execution, as its workflow code sees it."""

    @property
    def id(self) -> ExecutionId:
        """The workflowId and runId."""

    def now(self) -> datetime:
        """The time of the decision that runs."""

    def start_timer(self, delay: Seconds) -> Placeholder[None]:
        """Ask for a timer."""

    def scoped(self, options: AllOptions) -> AbstractContextManager[None]:
        """Options for the calls made inside."""

    def shielded(self) -> AbstractContextManager[None]:
        """Keep the cancellation of the code inside until the block's end."""

    def call_slice(
        self, proxy: ActivityProxy[..., Any], at_once: int, items: list[Any]
    ) -> Placeholder[list[Any]]:
        """Ask for a child execution that calls an activity for each item."""

    def restart(
        self, version: str | None, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> NoReturn:
        """Unwind the code; the run closes with a new one."""


class Workflow(Notes):
    """Plain, single-threaded code that coordinates activities: subclass it, write `run`.

    The code is run again over the recorded history, so it must ask for the same things each time:
    take the time, random numbers and everything from outside through this class or an activity.
    """

    execution: Running

    def __init__(self, execution: Running) -> None:
        self.execution = execution

    def run(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002  # the signature is the user's
        """Do the work. The arguments are the starter's, the result is recorded as JSON."""
        raise RegistrationError(
            f"the workflow {type(self).__name__} has no code", hint="write its run method"
        )

    def options(self, **said: Unpack[ScopeOptions]) -> Block:
        """Options for the calls made in a `with` block; they beat the proxy's and the decorator's.

        Those of activities and those of child executions: each call takes what it knows.

        Raises:
            OptionError: for an option that SWF would refuse.
        """
        return Block(self.execution.scoped(AllOptions(**said)))

    @overload
    def spawn(
        self, code: Callable[P, Placeholder[R]], *args: P.args, **kwargs: P.kwargs
    ) -> Placeholder[R]: ...
    @overload
    def spawn(
        self, code: Callable[P, Coroutine[Any, Any, R]], *args: P.args, **kwargs: P.kwargs
    ) -> Placeholder[R]: ...
    @overload
    def spawn(self, code: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Placeholder[R]: ...
    def spawn(self, code: Callable[..., Any], *args: Any, **kwargs: Any) -> Placeholder[Any]:
        """Run sequential code beside this line; what it returns is the placeholder's result.

        Plain functions and `async def` ones. The branch has the options that hold now. When `run`
        returns, its branches are cancelled: who wants their work waits for them.
        """
        return self.execution.spawn(code, args, kwargs)

    @overload
    def map(
        self,
        code: Callable[[I], Placeholder[R]],
        items: Iterable[I],
        at_once: int = ...,
        per_child: int | None = ...,
    ) -> Placeholder[list[R]]: ...
    @overload
    def map(
        self,
        code: Callable[[I], Coroutine[Any, Any, R]],
        items: Iterable[I],
        at_once: int = ...,
        per_child: None = ...,
    ) -> Placeholder[list[R]]: ...
    @overload
    def map(
        self,
        code: Callable[[I], R],
        items: Iterable[I],
        at_once: int = ...,
        per_child: None = ...,
    ) -> Placeholder[list[R]]: ...
    def map(
        self,
        code: Callable[[Any], Any],
        items: Iterable[Any],
        at_once: int = AT_ONCE,
        per_child: int | None = None,
    ) -> Placeholder[list[Any]]:
        """Call a proxy, or run a branch of a function, for each item: at most `at_once` at a time.

        The result is the list of their results, in the order of the items. The first error is the
        error of the whole; nothing more is started then.

        One execution ends at 25,000 events, some 8,000 activities. With `per_child=N` the items go
        to child executions, N each: for the proxy of an activity, on this task list. The items of
        a child, and their results, must fit into 32,768 characters or a payload store.

        Raises:
            OptionError: for a number below 1, or a `per_child` of anything but an activity's proxy.
        """
        check_width("at_once", at_once)
        given = list(items)
        if per_child is None:
            start = starter(code, self.execution)
            return self.execution.spawn(map_items, (start, given, at_once), {})
        check_width("per_child", per_child)
        proxy, open_in_each = activity_of(code), min(at_once, per_child)
        start = partial(self.execution.call_slice, proxy, open_in_each)
        return self.execution.spawn(map_slices, (start, given, at_once, per_child), {})

    def shielded(self) -> Block:
        """A `with` block for clean-up: nothing inside is cancelled, nor in branches spawned there.

        A cancellation that arrives meanwhile is raised at the first wait after the block.
        """
        return Block(self.execution.shielded())

    def sleep(self, delay: Seconds) -> Placeholder[None]:
        """A timer of so many seconds (rounded up); `.result()` waits for it."""
        return self.execution.start_timer(delay)

    def external(self, workflow_id: str, run_id: str | None = None) -> External:
        """Another execution of the domain, to signal or to cancel; without a runId its open run."""
        return External(self.execution, workflow_id, run_id)

    def restart(self, *args: Any, **kwargs: Any) -> NoReturn:
        """End this run and go on in a new one, with a fresh history and these arguments.

        Never returns: the line that calls it ends here, all others are cancelled, and once they
        have ended the run closes. The new one has this one's workflowId, task list, time-outs,
        child policy, tags, priority and Lambda role, but for what `self.options(...)` says; signals
        that nobody read go along, children go on.

        Raises:
            SerializationError: for an argument without a JSON form.
            TaskError: of a placeholder among the arguments, which are waited for.
        """
        self.execution.restart(None, args, kwargs)

    def restart_as_version(self, version: str | int, *args: Any, **kwargs: Any) -> NoReturn:
        """`restart` in another version of the workflow type: how long-lived ones get new code."""
        self.execution.restart(str(version), args, kwargs)

    def now(self) -> datetime:
        """The time of the decision that runs, aware, in UTC: the same in each replay."""
        return self.execution.now()


def workflow(
    name: str,
    version: str | int,
    task_list: str,
    *,
    converter: Converter = PLAIN,
    **said: Unpack[ExecutionOptions],
) -> Callable[[W], W]:
    """Make a `Workflow` class the workflow type `name`, `version`.

    Times are seconds or a `timedelta`. `converter` knows types of its arguments and results that
    have no JSON form; the dataclasses and enums that these are annotated with need none.

    Raises:
        OptionError: for a name or option that SWF would refuse.
        RegistrationError: for something that is no Workflow class.
    """
    options = WorkflowOptions(task_list=task_list, **said)
    identity = type_id(name, version)

    def decorate(target: W) -> W:
        given: object = target  # what the annotation promises is what is checked here
        if not (inspect.isclass(given) and issubclass(given, Workflow)):
            raise RegistrationError(f"{identity} is {target!r}", hint="decorate a Workflow class")
        found = WorkflowDefinition(
            identity,
            options,
            target,
            origin_of(target),
            description_of(target),
            handlers_of(target),
            converter.forms,
        )
        setattr(target, ATTRIBUTE, found)
        return target

    return decorate
