"""Limits of the service as settings, so that tests can reach them."""

from msgspec import Struct

from flowy.swf import limits


class Settings(Struct, frozen=True):
    """What one engine allows. Counts, unless said otherwise; the defaults are SWF's own.

    `page` is the size of a page: 100 in every recording of the real service, although its
    documents say 1,000. `hold_ms` is how long a poll is held: SWF holds it for 60 s, but boto3
    gives up at 60 s, so a hair less.
    """

    page: int = 100
    hold_ms: int = 59_500
    release_ms: int = 60_000
    page_token_ms: int = 24 * 3_600_000
    history_events: int = limits.HISTORY_EVENTS
    open_activities: int = limits.OPEN_TASKS
    open_timers: int = limits.OPEN_TASKS
    open_children: int = limits.OPEN_TASKS
    open_executions: int = 100_000
    domains: int = 100
    types: int = 10_000
    domain_tags: int = 50
    pollers: int = 1_000
