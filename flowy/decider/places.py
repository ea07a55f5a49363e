"""Where in the user's code something was asked, for the message of a difference."""

import sys
from types import FrameType
from typing import NamedTuple

_OURS = "flowy."


class Place(NamedTuple):
    """A line of source; its text is made when somebody reads it, not at each call."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def caller() -> Place | None:
    """The innermost frame that is not flowy's own, or None."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # inspect.stack reads every source file
    while frame is not None and frame.f_globals.get("__name__", "").startswith(_OURS):
        frame = frame.f_back
    return Place(frame.f_code.co_filename, frame.f_lineno) if frame is not None else None
