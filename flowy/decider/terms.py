"""What the options of an activity's call come to: merged from their scopes, as texts and numbers.

They are worked out once for each set of scopes: a loop's calls nearly all have the same ones.
"""

from functools import lru_cache

from msgspec import Struct

from flowy.options import ACTIVITY_DEFAULTS, UNSET, Options, Seconds, Unset, duration, seconds
from flowy.swf.values import TaskList

OURS = Options(
    retry=ACTIVITY_DEFAULTS.retry,
    delay=ACTIVITY_DEFAULTS.delay,
    lost=ACTIVITY_DEFAULTS.lost,
    error_handling=ACTIVITY_DEFAULTS.error_handling,
    auto_heartbeat=ACTIVITY_DEFAULTS.auto_heartbeat,
)
"""For a type that this process does not know: SWF's time-outs are then the registered ones."""

REMEMBERED = 4096
"""Sets of scopes whose terms are remembered: 7 µs less for each call."""


class Terms(Struct, frozen=True, eq=False):
    """The merged options, and how SWF and the worker are told of them.

    Texts are SWF's, None where its registered default holds; `meta` times are milliseconds.
    """

    options: Options
    heartbeat: str | None
    schedule_to_close: str | None
    schedule_to_start: str | None
    start_to_close: str | None
    task_list: TaskList | None
    priority: str | None
    meta_heartbeat: int | None
    meta_start_to_close: int | None


@lru_cache(REMEMBERED)
def terms(scope: Options, proxy: Options, known: Options | None) -> Terms:
    """The terms of a call: the workflow's scope beats the proxy, the decorator, the defaults."""
    options = resolve(scope.over(proxy), known)
    return Terms(
        options=options,
        heartbeat=text(options.heartbeat),
        schedule_to_close=text(options.schedule_to_close),
        schedule_to_start=text(options.schedule_to_start),
        start_to_close=text(options.start_to_close),
        task_list=None if options.task_list is UNSET else TaskList(options.task_list),
        priority=None if options.priority is UNSET else str(options.priority),
        meta_heartbeat=milliseconds(options.heartbeat),
        meta_start_to_close=milliseconds(options.start_to_close),
    )


def resolve(said: Options, known: Options | None) -> Options:
    """The options of a call: what workflow and proxy said, then the decorator, then defaults."""
    return said.over(OURS) if known is None else said.over(known).over(ACTIVITY_DEFAULTS)


def milliseconds(value: Seconds | Unset) -> int | None:
    """A time option as a whole number of milliseconds: 0 for never, None where it is not said."""
    if value is UNSET:
        return None
    return 0 if value is None else round(seconds(value) * 1000)


def text(value: Seconds | Unset) -> str | None:
    """A time option as SWF writes it; None, the registered default, where nothing was said."""
    return None if value is UNSET else duration(value)
