"""What a decider answers to one decision task."""

from dataclasses import dataclass

from flowy.decider.notebook import LogLine
from flowy.swf.decisions import CLOSES, Decision


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to send, and what an operator should hear of it.

    `context` goes into executionContext. `parked` says why the execution cannot be decided now
    (empty: it can); the decisions are then the one timer that tries again. `warnings` are lines for
    the log, such as failed placeholders that nobody looked at; `lines` are those of the code.
    """

    decisions: tuple[Decision, ...]
    context: str | None
    parked: str = ""
    warnings: tuple[str, ...] = ()
    lines: tuple[LogLine, ...] = ()

    @property
    def closes(self) -> bool:
        """Whether the execution ends with this answer, if SWF takes it."""
        return bool(self.decisions) and isinstance(self.decisions[-1], CLOSES)
