"""Decoding and encoding. The one module that knows Pillow."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from flowy_images.errors import BrokenPicture, NotAPicture

MEGAPIXEL = 1_000_000

LIMIT = 80 * MEGAPIXEL
"""Pixels that a picture may have: a small file can unpack to more than memory holds."""


@contextmanager
def opened(data: bytes, name: str) -> Iterator[Image.Image]:
    """A decoded picture, as it was stored. `name` is the URL or path to blame.

    Raises:
        NotAPicture: for bytes of no known format.
        BrokenPicture: for a picture that does not decode to its end, or is too large.
    """
    try:
        with Image.open(BytesIO(data)) as picture:
            check_size(picture, name)
            picture.load()
            yield picture
    except UnidentifiedImageError as error:
        raise NotAPicture(f"{name}: not a picture ({len(data)} bytes: {data[:16]!r})") from error
    except Image.DecompressionBombError as error:
        raise BrokenPicture(f"{name}: {error}") from error
    # Pillow's decoders tell damage in all of these ways; a truncated JPEG is an OSError.
    except (OSError, SyntaxError, ValueError, EOFError, zlib.error) as error:
        raise BrokenPicture(f"{name}: {error}") from error


def check_size(picture: Image.Image, name: str) -> None:
    """Refuse a picture of too many pixels, before they are unpacked.

    Raises:
        BrokenPicture: with the size.
    """
    if picture.width * picture.height > LIMIT:
        raise BrokenPicture(f"{name}: {picture.width} x {picture.height} pixels are too many")


def suffix(data: bytes, name: str) -> str:
    """The file suffix of a picture's format, once it has decoded to its end.

    Raises:
        NotAPicture, BrokenPicture: as for `opened`.
    """
    with opened(data, name) as picture:
        return {"JPEG": ".jpg", "TIFF": ".tif"}.get(
            picture.format or "", f".{picture.format}".lower()
        )


def scaled(path: Path, width: int) -> bytes:
    """The picture as a JPEG of that width; one that is narrower keeps its size.

    Raises:
        NotAPicture, BrokenPicture: as for `opened`.
    """
    with opened(path.read_bytes(), str(path)) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
        if upright.width > width:
            height = max(1, round(upright.height * width / upright.width))
            upright = upright.resize((width, height), Image.Resampling.LANCZOS)
        buffer = BytesIO()
        upright.save(buffer, "JPEG", quality=88)
        return buffer.getvalue()


def strips(path: Path, size: int = MEGAPIXEL) -> Iterator[bytes]:
    """The pixels in strips of about `size` pixels: R, G, B, R, G, B, … of one byte each.

    Raises:
        NotAPicture, BrokenPicture: as for `opened`.
    """
    with opened(path.read_bytes(), str(path)) as picture:
        rows = max(1, size // picture.width)
        for top in range(0, picture.height, rows):
            box = (0, top, picture.width, min(top + rows, picture.height))
            yield picture.crop(box).convert("RGB").tobytes()
