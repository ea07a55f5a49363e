"""ffmpeg and ffprobe, as Debian has them: started as processes, their progress read as they go."""

import json
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from flowy_video.errors import BrokenVideo, NotAVideo

NAME = "ffmpeg"
SUFFIX = ".webm"
QUIET = ("-v", "error", "-nostdin", "-y")


def transcode(source: Path, target: Path, width: int) -> Iterator[int]:
    """Write `source` as WebM (VP8), at most `width` pixels wide; yields the bytes written so far.

    Who stops listening stops ffmpeg.

    Raises:
        NotAVideo, BrokenVideo: with what ffmpeg said.
    """
    probed(source)
    scale = f"scale='trunc(min({width},iw)/2)*2':-2"
    command = ["ffmpeg", *QUIET, "-xerror", "-progress", "pipe:1", "-i", url(source)]
    command += ["-vf", scale, "-c:v", "libvpx", "-deadline", "realtime", "-an", url(target)]
    with (
        tempfile.TemporaryFile("w+", errors="replace") as said,  # a pipe that nobody reads fills up
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True) as process,
    ):
        try:
            yield from sizes(process.stdout or ())
            failed = process.wait() != 0
            said.seek(0)
            complaint = said.read().strip()
            if failed or complaint:
                raise BrokenVideo(f"{source}: {(complaint or 'ffmpeg failed').splitlines()[-1]}")
        finally:
            process.kill()


def sizes(lines: Iterable[str]) -> Iterator[int]:
    """The sizes that ffmpeg's progress tells."""
    for line in lines:
        name, _, value = line.strip().partition("=")
        if name == "total_size" and value.isdigit():
            yield int(value)


def picture_at(source: Path, second: float, target: Path, width: int) -> None:
    """Write the picture that is shown at a second as JPEG.

    Raises:
        BrokenVideo: with what ffmpeg said.
    """
    command = ["ffmpeg", *QUIET, "-ss", f"{second:.3f}", "-i", url(source), "-frames:v", "1"]
    run([*command, "-vf", f"scale={width}:-1", "-f", "image2", "-update", "1", url(target)], source)


def seconds(source: Path) -> float:
    """How long a video plays."""
    return float(probed(source)["format"].get("duration", 0))


def shape(source: Path) -> tuple[int, int]:
    """Width and height in pixels."""
    stream = probed(source)["streams"][0]
    return int(stream["width"]), int(stream["height"])


def probed(source: Path) -> dict[str, Any]:
    """What ffprobe knows of a file's video stream.

    Raises:
        NotAVideo: if it knows none.
    """
    command = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries"]
    said = run(
        [*command, "stream=width,height:format=duration", "-of", "json", url(source)], source
    )
    told: dict[str, Any] = json.loads(said)
    if not told.get("streams") or "width" not in told["streams"][0]:
        raise NotAVideo(f"{source} has no video stream")
    return told


def run(command: list[str], source: Path) -> str:
    """Run to its end; what it printed."""
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise NotAVideo(f"{source}: {said[-1] if said else 'ffmpeg failed'}")
    return done.stdout


def url(path: Path) -> str:
    """A file's name that no option or protocol can be taken for."""
    return f"file:{path.absolute()}"
