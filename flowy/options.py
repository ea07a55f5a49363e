"""Options of tasks and executions: frozen, checked once, merged from three scopes.

`self.options(...)` in the workflow beats the proxy, which beats the decorator. A timeout is a
number of seconds, a `timedelta`, or None for SWF's NONE.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from enum import Enum
from functools import lru_cache
from typing import Any, Final, TypedDict, TypeVar

from flowy.errors import OptionError
from flowy.names import check_names
from flowy.swf import limits

Seconds = int | float | timedelta | None


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"

    __hash__ = object.__hash__  # Enum's own is Python code, and each option asks for it


UNSET: Final = Unset.UNSET
"""Nothing was said: the next scope decides. (None is a value: SWF's NONE.)"""


class TaskOptions(TypedDict, total=False):
    """The options that the decorator, the proxy and the workflow's scope all take, by name."""

    schedule_to_start: Seconds  # how long the task may wait on its list
    start_to_close: Seconds  # how long an attempt may take
    schedule_to_close: Seconds  # both together
    heartbeat: Seconds  # the longest silence of a running attempt
    priority: int  # higher first; SWF keeps 32 bits of it
    retry: "int | Retry"  # how often a failed or timed-out attempt is tried again
    delay: Seconds  # the wait before that; a Retry has its own
    lost: int  # how often an attempt whose worker died is tried again
    error_handling: bool  # False: its failure fails the execution, though nobody looks


class CallOptions(TaskOptions, total=False):
    """What a proxy and a scope may say besides."""

    task_list: str
    compare_input: bool  # False: replay takes other arguments than the recorded ones


class ActivityOptions(TaskOptions, total=False):
    """What a decorator may say besides."""

    auto_heartbeat: bool  # whether the worker sends heartbeats for the code


class ExecutionOptions(TypedDict, total=False):
    """The options of a workflow type, by name."""

    execution_start_to_close: int | float | timedelta  # how long a run may take
    task_start_to_close: Seconds  # how long a decision may take
    child_policy: str  # TERMINATE, REQUEST_CANCEL or ABANDON
    priority: int  # of its decision tasks
    tags: tuple[str, ...]
    lambda_role: str


MERGED = 4096
"""Pairs of scopes whose merger is remembered."""


class _Scope:
    """What all kinds of options can do."""

    __slots__ = ()

    def over(self, lower: "S") -> "S":
        """These options where they say something that the lower scope knows, else the lower's."""
        merged: S = _merged(self, lower)
        return merged


S = TypeVar("S", bound=_Scope)


@lru_cache(MERGED)
def _merged(upper: _Scope, lower: Any) -> Any:
    """Every call in a workflow merges three scopes, mostly the same ones: ten times as fast."""
    said = {
        each.name: value
        for each in fields(lower)
        if (value := getattr(upper, each.name, UNSET)) is not UNSET
    }
    return replace(lower, **said) if said else lower


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(_Scope):
    """What may be said of an activity task; each field in seconds where it is a time."""

    task_list: str | Unset = UNSET
    schedule_to_start: Seconds | Unset = UNSET
    start_to_close: Seconds | Unset = UNSET
    schedule_to_close: Seconds | Unset = UNSET
    heartbeat: Seconds | Unset = UNSET
    priority: int | Unset = UNSET
    retry: "int | Retry | Unset" = UNSET
    delay: Seconds | Unset = UNSET
    lost: int | Unset = UNSET
    error_handling: bool | Unset = UNSET
    auto_heartbeat: bool | Unset = UNSET
    compare_input: bool | Unset = UNSET

    def __post_init__(self) -> None:
        for name in ("schedule_to_start", "start_to_close", "schedule_to_close", "heartbeat"):
            check_seconds(name, getattr(self, name))
        check_seconds("delay", self.delay, none=False)
        check_task_list(self.task_list)
        check_priority(self.priority)
        if not isinstance(self.retry, Retry):
            check_count("retry", self.retry)
        check_count("lost", self.lost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How failed attempts of a task are tried again: give it as `retry=`.

    `attempts` is how many may fail or time out in all, the first among them. The wait after the
    first is `delay`; each wait is `factor` times the one before, up to `maximum`, less a random
    part of it of at most `jitter` (0 to 1), so that a thousand tasks that failed together do not
    come back together. Times are seconds or a `timedelta`; SWF's timers round up to whole seconds.

    Each kind of failure may have a budget of its own, how many of it are tried again: `failed`,
    the time-outs `start_to_close`, `schedule_to_start`, `schedule_to_close` and `heartbeat`, and
    `lost` (the worker died; these do not count as attempts, and None means the option `lost`).
    `never` names what is not tried again: exception classes, or names of the remote type with or
    without its module. A task that no worker began costs nothing.

    Raises:
        OptionError: for a value that makes no sense.
    """

    attempts: int = 3
    delay: Seconds = 1
    factor: float = 2
    maximum: Seconds = 3_600
    jitter: float = 0.5
    never: tuple[str | type[BaseException], ...] = ()
    failed: int | None = None
    start_to_close: int | None = None
    schedule_to_start: int | None = None
    schedule_to_close: int | None = None
    heartbeat: int | None = None
    lost: int | None = None

    def __post_init__(self) -> None:
        check_count("attempts", self.attempts)
        check_seconds("delay", self.delay, none=False)
        check_seconds("maximum", self.maximum, none=False)
        check_range("factor", self.factor, (1, 1_000))
        check_range("jitter", self.jitter, (0, 1))
        for name in BUDGETS:
            check_count(name, UNSET if (given := getattr(self, name)) is None else given)
        if self.attempts == 0:
            raise OptionError("attempts=0 is no attempt at all", hint="the first one counts")
        check_types("never", self.never)


BUDGETS = (
    "failed",
    "start_to_close",
    "schedule_to_start",
    "schedule_to_close",
    "heartbeat",
    "lost",
)
"""The kinds of failure that may have budgets: fields of `Retry`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowOptions(_Scope):
    """What may be said of a workflow execution."""

    task_list: str | Unset = UNSET
    execution_start_to_close: Seconds | Unset = UNSET
    task_start_to_close: Seconds | Unset = UNSET
    child_policy: str | Unset = UNSET
    priority: int | Unset = UNSET
    tags: tuple[str, ...] | Unset = UNSET
    lambda_role: str | Unset = UNSET

    def __post_init__(self) -> None:
        check_priority(self.priority)
        check_task_list(self.task_list)
        # The service model refuses NONE here: an execution lives a year at most.
        check_seconds("execution_start_to_close", self.execution_start_to_close, none=False)
        check_seconds("task_start_to_close", self.task_start_to_close)
        check_child_policy(self.child_policy)
        object.__setattr__(self, "tags", checked_tags(self.tags))


def seconds(value: float | timedelta) -> float:
    """The number of seconds that a time option means."""
    return value.total_seconds() if isinstance(value, timedelta) else float(value)


def duration(value: Seconds) -> str:
    """SWF's text of a time option: whole seconds, rounded up, or NONE."""
    if type(value) is int:  # nearly all of them are
        return str(value)
    return "NONE" if value is None else str(math.ceil(seconds(value)))


def check_seconds(name: str, value: object, *, none: bool = True) -> None:
    """Refuse what is no time; `none` says whether None (never) is one.

    Raises:
        OptionError: with the option's name and value.
    """
    if value is UNSET or (value is None and none):
        return
    is_time = isinstance(value, int | float | timedelta) and not isinstance(value, bool)
    if is_time and 0 <= seconds(value) <= limits.YEAR:  # type: ignore[arg-type]  # mypy loses it
        return
    hint = "give seconds or a timedelta, at most a year" + (", or None" if none else "")
    raise OptionError(f"{name}={value!r} is not a time SWF takes", hint=hint)


def check_count(name: str, value: object) -> None:
    """Refuse what is not a whole number from 0 on.

    Raises:
        OptionError: with the option's name and value.
    """
    if value is UNSET or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return
    raise OptionError(f"{name}={value!r} is not a number of attempts", hint="give 0, 1, 2, …")


def check_child_policy(value: object) -> None:
    """Refuse what is none of SWF's three policies.

    Raises:
        OptionError: with the value.
    """
    if value not in (UNSET, "TERMINATE", "REQUEST_CANCEL", "ABANDON"):
        raise OptionError(
            f"child_policy={value!r} is no child policy",
            hint="write TERMINATE, REQUEST_CANCEL or ABANDON",
        )


def checked_tags(value: Iterable[str] | Unset) -> tuple[str, ...] | Unset:
    """The tags as a tuple; more than SWF takes are refused, and a text in place of several.

    Raises:
        OptionError: with the number of tags, or the text.
    """
    if isinstance(value, str):
        raise OptionError(f"tags={value!r} is one text", hint="give a list or tuple of tags")
    if value is UNSET:
        return value
    tags = tuple(value)
    if len(tags) > limits.TAGS:
        raise OptionError(f"{len(tags)} tags given", hint=f"SWF takes {limits.TAGS}")
    return tags


def check_range(name: str, value: object, range: tuple[float, float]) -> None:
    """Refuse what is not a number from the first to the last of `range`.

    Raises:
        OptionError: with the option's name and value.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and range[0] <= value <= range[1]:  # type: ignore[operator]  # mypy loses it
        return
    raise OptionError(f"{name}={value!r} is no number for it", hint="{} to {}".format(*range))


def check_types(name: str, value: object) -> None:
    """Refuse what is not a tuple of exception classes or their names.

    Raises:
        OptionError: with the option's name and value.
    """
    if isinstance(value, tuple) and all(
        isinstance(one, str) or (isinstance(one, type) and issubclass(one, BaseException))
        for one in value
    ):
        return
    raise OptionError(
        f"{name}={value!r} names no errors", hint='a tuple, such as (KeyError, "shop.SoldOut")'
    )


def check_priority(value: object) -> None:
    """Refuse what is no priority: SWF keeps a signed number of 32 bits.

    Raises:
        OptionError: with the value.
    """
    if value is UNSET or (type(value) is int and -(2**31) <= value < 2**31):
        return
    raise OptionError(f"priority={value!r} is no priority", hint="a whole number of 32 bits")


def check_name(what: str, value: object) -> None:
    """Refuse a name that SWF would refuse: length, reserved characters, the word arn.

    Raises:
        OptionError: with the name and the rule it breaks.
    """
    if value is UNSET:
        return
    if not isinstance(value, str) or not 0 < len(value) <= limits.NAME:
        raise OptionError(f"{what}={value!r} is no name", hint=f"1 to {limits.NAME} characters")
    bad = next((c for c in value if c in ":/|" or c < " " or "\x7f" <= c <= "\x9f"), None)
    if bad is not None or value == "arn" or value != value.strip():
        raise OptionError(
            f"{what}={value!r} is no name for SWF",
            hint="no colon, slash, bar, control character or outer space, and not the word arn",
        )


def check_task_list(value: object) -> None:
    """Refuse a task list that SWF would refuse, and names in braces that stand for nothing.

    Raises:
        OptionError: with the task list and the rule it breaks.
    """
    check_name("task_list", value)
    try:
        check_names("" if value is UNSET else str(value))
    except ValueError as error:
        raise OptionError(f"task_list={value!r} {error}") from None


ACTIVITY_DEFAULTS = Options(
    schedule_to_start=None,
    start_to_close=3600,
    schedule_to_close=None,
    heartbeat=60,
    retry=0,
    delay=0,
    lost=3,
    error_handling=True,
    auto_heartbeat=True,
)
"""SWF demands the four timeouts. The heartbeat is sent by us, so that a dead host is noticed."""

WORKFLOW_DEFAULTS = WorkflowOptions(
    execution_start_to_close=7 * 24 * 3600,
    task_start_to_close=30,
    child_policy="TERMINATE",
)
