"""What a commit must write: collected while calls change the state in memory."""

from msgspec import Struct, field

from flowy.engine.core.execution import Execution
from flowy.swf.events import Event


class Changes(Struct):
    """Everything since the last commit.

    `heard` maps (key, scheduledEventId) to (milliseconds, details) of the last heartbeat, or to
    None when the activity has closed.
    """

    opened: list[Execution] = field(default_factory=list)
    events: list[tuple[int, Event]] = field(default_factory=list)
    closed: list[Execution] = field(default_factory=list)
    heard: dict[tuple[int, int], tuple[int, str | None] | None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.events or self.heard)
