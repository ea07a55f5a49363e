"""Which transcoder is at hand: ffmpeg, or the stand-in, which says so."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from flowy_video import ffmpeg, standin

_log = logging.getLogger(__name__)


class Transcoder(Protocol):
    """What a module that knows videos can do."""

    @property
    def NAME(self) -> str:  # noqa: N802  # a module's constant
        """How summaries call it."""

    @property
    def SUFFIX(self) -> str:  # noqa: N802  # a module's constant
        """The suffix of what it writes."""

    def transcode(self, source: Path, target: Path, width: int) -> Iterator[int]:
        """Write a video at most `width` pixels wide; yields the bytes written so far."""

    def picture_at(self, source: Path, second: float, target: Path, width: int) -> None:
        """Write the picture that is shown at a second as JPEG."""

    def seconds(self, source: Path) -> float:
        """How long a video plays."""

    def shape(self, source: Path) -> tuple[int, int]:
        """Width and height in pixels."""


def at_hand() -> Transcoder:
    """The one to use: ffmpeg where it is installed, else the stand-in."""
    if shutil.which("ffmpeg") and shutil.which("ffprobe"):
        return ffmpeg
    _log.warning("ffmpeg is not installed: the stand-in knows motion-JPEG AVI files only")
    return standin
