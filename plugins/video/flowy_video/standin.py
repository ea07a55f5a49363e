"""The stand-in for ffmpeg, in plain Python: motion-JPEG AVI in, a smaller one out. No sound."""

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from flowy_video import avi
from flowy_video.errors import BrokenVideo

NAME = "stand-in"
SUFFIX = ".avi"
QUALITY = 60


def transcode(source: Path, target: Path, width: int) -> Iterator[int]:
    """Write `source` at most `width` pixels wide; yields the bytes written so far.

    Raises:
        NotAVideo, BrokenVideo: for a source that is no whole motion-JPEG AVI file.
    """
    header = avi.read_header(source)
    wide = min(width, header.width) or 1
    size = (wide, max(1, round(header.height * wide / max(1, header.width))))
    smaller = (scaled(picture, size, source) for picture in avi.read_pictures(source))
    with target.open("wb") as file:
        yield from avi.write(file, avi.Header(header.microseconds, 0, *size), smaller)


def picture_at(source: Path, second: float, target: Path, width: int) -> None:
    """Write the picture that is shown at a second as JPEG.

    Raises:
        NotAVideo, BrokenVideo: as `transcode` does.
    """
    header = avi.read_header(source)
    wanted = int(second * 1_000_000 / max(1, header.microseconds))
    for number, picture in enumerate(avi.read_pictures(source)):
        if number == min(wanted, header.pictures - 1):
            height = round(header.height * width / max(1, header.width))
            target.write_bytes(scaled(picture, (width, max(1, height)), source))
            return
    raise BrokenVideo(f"{source} has no picture")


def seconds(source: Path) -> float:
    """How long a video plays."""
    return avi.read_header(source).seconds


def shape(source: Path) -> tuple[int, int]:
    """Width and height in pixels."""
    header = avi.read_header(source)
    return header.width, header.height


def scaled(picture: bytes, size: tuple[int, int], source: Path) -> bytes:
    """One JPEG picture in another size."""
    written = io.BytesIO()
    try:
        with Image.open(io.BytesIO(picture), formats=["JPEG"]) as image:
            image.convert("RGB").resize(size).save(written, "JPEG", quality=QUALITY)
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise BrokenVideo(f"{source}: a picture cannot be read: {error}") from error
    return written.getvalue()
