"""Where in the user's code something was asked, for the message of a difference."""

import sys
from types import FrameType

_OURS = "flowy."


def caller() -> str:
    """`file:line` of the innermost frame that is not flowy's own, or an empty text."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # inspect.stack reads every source file
    while frame is not None and frame.f_globals.get("__name__", "").startswith(_OURS):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else ""
