"""What workflow code logged, on its way into the log of its worker."""

from collections.abc import Iterable

import structlog

from flowy.decider.notebook import LogLine

_log = structlog.get_logger()

OURS = frozenset(
    {"event", "exc_info", "level", "run_id", "self", "timestamp", "type", "workflow_id"}
)
"""Names that each line has already, or that the logger takes for something else."""


def say(lines: Iterable[LogLine], type: str) -> None:
    """Log the lines of one decision; a field with a name of ours gets an underscore."""
    for line in lines:
        fields = {f"{name}_" if name in OURS else name: line.fields[name] for name in line.fields}
        try:
            getattr(_log, line.level)(line.event, type=type, **fields)
        except Exception:  # noqa: BLE001  # a user's value, which need not be fit to be shown
            _log.warning("a line of the workflow cannot be logged", line=line.event, type=type)
