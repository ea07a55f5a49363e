"""AVI files of JPEG pictures ("motion JPEG"), read and written in plain Python.

The one video format that needs no codec but Pillow's: the stand-in for ffmpeg works on it, and
tests make tiny videos of it. The layout is Microsoft's "AVI RIFF File Reference".
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from flowy_video.errors import BrokenVideo, NotAVideo

HAS_INDEX = 0x10
MOST_CHUNK = 64 * 2**20
"""Bytes that one picture may have; a longer one is a broken length, not a picture."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the file's main header says: `microseconds` from one picture to the next."""

    microseconds: int
    pictures: int
    width: int
    height: int

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return self.pictures * self.microseconds / 1_000_000


def read_header(path: Path) -> Header:
    """The main header of an AVI file.

    Raises:
        NotAVideo: if it is no AVI file.
        BrokenVideo: if it ends within its header.
    """
    with path.open("rb") as file:
        start = file.read(12)
        if len(start) < 12 or start[:4] != b"RIFF" or start[8:] != b"AVI ":
            raise NotAVideo(f"{path} is no AVI file")
        for name, size in chunks(file, path):
            if name == b"avih":
                fields = struct.unpack("<10I", exactly(file, min(size, 40), path))
                return Header(fields[0], fields[4], fields[8], fields[9])
            skip(file, name, size)
    raise BrokenVideo(f"{path} has no main header")


def read_pictures(path: Path) -> Iterator[bytes]:
    """The JPEG pictures of an AVI file, one after the other.

    Raises:
        NotAVideo, BrokenVideo: as `read_header` does, also for a file that was cut.
    """
    header, seen = read_header(path), 0
    with path.open("rb") as file:
        file.seek(12)
        for name, size in chunks(file, path):
            if name[2:] == b"dc":
                seen += 1
                yield exactly(file, size, path)
                file.seek(size % 2, 1)
            else:
                skip(file, name, size)
    if seen < header.pictures:
        raise BrokenVideo(f"{path} has {seen} of {header.pictures} pictures")


def chunks(file: BinaryIO, path: Path) -> Iterator[tuple[bytes, int]]:
    """The names and sizes of the chunks from here on; who takes one reads or skips its data.

    A list is entered: its four letters are read, its chunks follow.
    """
    while start := file.read(8):
        if len(start) < 8:
            raise BrokenVideo(f"{path} ends within a chunk")
        name, size = start[:4], struct.unpack("<I", start[4:])[0]
        if name == b"LIST":
            exactly(file, 4, path)
        else:
            yield name, size


def skip(file: BinaryIO, name: bytes, size: int) -> None:
    """Leave a chunk out; chunks begin at even places."""
    del name
    file.seek(size + size % 2, 1)


def exactly(file: BinaryIO, size: int, path: Path) -> bytes:
    """That many bytes.

    Raises:
        BrokenVideo: if the file ends before, or the number cannot be true.
    """
    data = file.read(size) if size <= MOST_CHUNK else b""
    if len(data) < size or not size:
        raise BrokenVideo(f"{path} ends within a picture")
    return data


def write(file: BinaryIO, header: Header, pictures: Iterable[bytes]) -> Iterator[int]:
    """Write pictures as an AVI file; yields the bytes written so far after each."""
    file.write(bytes(12 + head_size(header)))
    places: list[tuple[int, int]] = []
    begin = file.tell() - 4  # the index counts from the list's four letters
    for picture in pictures:
        places.append((file.tell() - begin, len(picture)))
        file.write(chunk(b"00dc", picture))
        yield file.tell()
    end = file.tell()
    file.write(chunk(b"idx1", b"".join(entry(*place) for place in places)))
    whole = file.tell()
    file.seek(0)
    counted = Header(header.microseconds, len(places), header.width, header.height)
    file.write(b"RIFF" + struct.pack("<I", whole - 8) + b"AVI ")
    file.write(head(counted) + b"LIST" + struct.pack("<I", end - begin) + b"movi")
    file.seek(whole)
    yield whole


def chunk(name: bytes, data: bytes) -> bytes:
    """One chunk, padded to an even length."""
    return name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def entry(place: int, size: int) -> bytes:
    """One line of the index: every picture is a key frame."""
    return b"00dc" + struct.pack("<III", HAS_INDEX, place, size)


def head_size(header: Header) -> int:
    """The bytes from the file's start to its first picture, less the file's own twelve."""
    return len(head(header)) + 12


def head(header: Header) -> bytes:
    """The list of headers: the file's, and its one stream's."""
    times = (header.microseconds, 0, 0, HAS_INDEX, header.pictures, 0, 1, 0)
    main = struct.pack("<14I", *times, header.width, header.height, 0, 0, 0, 0)
    kind = b"vidsMJPG" + struct.pack("<IHHI", 0, 0, 0, 0)
    rate = struct.pack("<8I", header.microseconds, 1_000_000, 0, header.pictures, 0, 0, 0, 0)
    shape = struct.pack("<IiiHH", 40, header.width, header.height, 1, 24) + b"MJPG"
    stream = chunk(b"strh", kind + rate + struct.pack("<4h", 0, 0, header.width, header.height))
    stream += chunk(b"strf", shape + struct.pack("<5I", 0, 0, 0, 0, 0))
    lists = chunk(b"avih", main) + chunk(b"LIST", b"strl" + stream)
    return chunk(b"LIST", b"hdrl" + lists)
