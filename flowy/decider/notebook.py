"""What workflow code notes for people: log lines, and a context that is read from outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flowy import forms
from flowy.converter import PLAIN, Converter
from flowy.placeholders import copy


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line that the code logged in a live turn; `level` is structlog's word."""

    level: str
    event: str
    fields: Mapping[str, Any]


class Notebook:
    """The notes of one execution. The lines are those of the activation that runs."""

    def __init__(self, converter: Converter = PLAIN) -> None:
        self._converter = converter
        self.context = ""
        """The user's part of executionContext as JSON text; empty: there is none."""
        self._lines: list[LogLine] = []

    def log(self, level: str, event: str, fields: dict[str, Any]) -> None:
        """Keep a line with copies of its fields' containers, as they are now."""
        self._lines.append(LogLine(level, event, copy(fields)))

    def take(self) -> tuple[LogLine, ...]:
        """The lines since the last time, which are not kept."""
        lines, self._lines = tuple(self._lines), []
        return lines

    def write(self, value: Any) -> None:
        """Make a value the context; None takes it away.

        Raises:
            SerializationError: for a value without a JSON form, or too long.
        """
        text = "" if value is None else self._converter.dumps(value, "self.context")
        self.context = forms.fitting(text, "self.context", forms.USER_CONTEXT)

    def read(self) -> Any:
        """The context as it was written last in this run."""
        return self._converter.loads(self.context, "self.context") if self.context else None
