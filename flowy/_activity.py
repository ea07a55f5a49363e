"""What people write activities with: the `activity` decorator, `Activity`, `current_task`."""

import inspect
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar, Unpack

from flowy.converter import PLAIN, Converter
from flowy.errors import OptionError, RegistrationError
from flowy.options import ActivityOptions, Options, check_name
from flowy.registry import ATTRIBUTE, ActivityDefinition, description_of, origin_of
from flowy.swf import limits
from flowy.swf.values import ExecutionId, TypeId

T = TypeVar("T", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class TaskInfo:
    """What a running activity may know of its task.

    `attempt` counts from 1; `last_details` are what the attempt before gave to its last heartbeat.
    `tags` are the execution's, `trace` the text that its starter gave (empty: none).
    """

    execution: ExecutionId
    type: TypeId
    id: str
    attempt: int = 1
    last_details: Any = None
    tags: tuple[str, ...] = ()
    trace: str = ""


class Link(Protocol):
    """The way from a running activity to its worker."""

    @property
    def canceled(self) -> bool:
        """Whether SWF has passed on a request to cancel the task."""

    @property
    def stopping(self) -> bool:
        """Whether the worker wants to stop."""

    @property
    def gone(self) -> bool:
        """Whether SWF no longer wants an answer: the task timed out or its execution closed."""

    def beat(self, details: str | None) -> None:
        """Note a sign of life and its details; it is sent in time, not at each call."""

    def defer(self) -> str:
        """Leave the task open and give its token."""


class Activity:
    """A unit of work. Subclass it, decorate it, write `run`; plain functions are activities too.

    One instance is made for each task, so attributes belong to one attempt.
    """

    def __init__(self, task: TaskInfo, link: Link) -> None:
        self.task = task
        self._link = link

    def run(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002  # the signature is the user's
        """Do the work. The arguments are the workflow's, the result goes back to it as JSON."""
        raise RegistrationError(
            f"the activity {self.task.type} has no code", hint="write its run method"
        )

    def heartbeat(self, details: Any = None) -> bool:
        """Say that the work goes on; False asks to stop (cancelled, stopping, or no longer wanted).

        Call it as often as you like: it is sent in time. `details` is a JSON value of at most 2,048
        characters; the next attempt finds it in `self.task.last_details`.

        Raises:
            SerializationError: for details without a JSON form.
        """
        self._link.beat(None if details is None else PLAIN.dumps(details, "heartbeat details"))
        return not (self._link.canceled or self._link.stopping or self._link.gone)

    def defer(self) -> str:
        """Leave the task open for somebody else to answer, and return its token.

        Hand the token on (by mail, into a database) and return; what is returned is no result.
        `flowy complete TOKEN` or `Client.complete` ends the task. Nobody sends its heartbeats then,
        so a task whose heartbeats are automatic must have `heartbeat=None`, or one that is not
        shorter than its `start_to_close`.

        Raises:
            OptionError: if the task would time out for want of a heartbeat.
        """
        return self._link.defer()

    @property
    def canceled(self) -> bool:
        """Whether the workflow asked to cancel this task."""
        return self._link.canceled

    @property
    def stopping(self) -> bool:
        """Whether the worker wants to stop: finish soon."""
        return self._link.stopping

    @property
    def last_details(self) -> Any:
        """What the attempt before gave to its last heartbeat, or None."""
        return self.task.last_details


RUNNING: ContextVar[Activity] = ContextVar("flowy_running")


def current_task() -> Activity:
    """The task that this plain function runs for: heartbeat, cancellation, ids.

    Raises:
        RuntimeError: outside of an activity.
    """
    try:
        return RUNNING.get()
    except LookupError:
        raise RuntimeError("current_task() was called outside of an activity") from None


def activity(
    name: str,
    version: str | int,
    task_list: str,
    *,
    converter: Converter = PLAIN,
    **said: Unpack[ActivityOptions],
) -> Callable[[T], T]:
    """Make a class or a plain function the activity type `name`, `version`.

    Times are seconds or a `timedelta`; None is SWF's NONE. A class that gives `heartbeat` sends its
    heartbeats itself; else they are sent for it, unless `auto_heartbeat` says otherwise.
    `converter` knows types of its arguments and result that have no JSON form; the dataclasses and
    enums that these are annotated with need none.

    Raises:
        OptionError: for a name or option that SWF would refuse.
        RegistrationError: for something that cannot be called.
    """
    options = Options(task_list=task_list, **said)
    identity = type_id(name, version)

    def decorate(target: T) -> T:
        check_target(identity, target)
        # A heartbeat that a class gives is its own to send; a function reaches it only by asking.
        manual = inspect.isclass(target) and "heartbeat" in said
        own = replace(options, auto_heartbeat=said.get("auto_heartbeat", not manual))
        found = ActivityDefinition(
            identity, own, target, origin_of(target), description_of(target), converter.forms
        )
        setattr(target, ATTRIBUTE, found)
        return target

    return decorate


def type_id(name: str, version: str | int) -> TypeId:
    """The identity of a type, checked.

    Raises:
        OptionError: for a name or version that SWF would refuse.
    """
    text = str(version)
    check_name("name", name)
    check_name("version", text)
    if len(text) > limits.VERSION:
        raise OptionError(f"version={text!r} is too long", hint=f"{limits.VERSION} characters")
    return TypeId(name, text)


def check_target(type: TypeId, target: object) -> None:
    """Refuse what cannot be run as an activity.

    Raises:
        RegistrationError: for a class that is no Activity, or something that is no function.
    """
    if inspect.isclass(target):
        if not issubclass(target, Activity):
            raise RegistrationError(f"the class of {type} is no Activity", hint="subclass Activity")
    elif not inspect.isfunction(target) or inspect.iscoroutinefunction(target):
        raise RegistrationError(
            f"the activity {type} is {target!r}", hint="decorate a class or a plain function"
        )
