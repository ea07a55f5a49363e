"""The units of work on one video. Each may be killed and repeated at any point."""

import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from flowy import Activity, Canceled, activity
from flowy_video import files, subtitles
from flowy_video.errors import NotAVideo
from flowy_video.transcoders import at_hand

TRANSCODING_LIST = "video_transcoding"
TASK_LIST = "video_processing"
FAST_MACHINES = "video_fast_machines"
MEGABYTE = 1_000_000
A_WEEK = 7 * 24 * 3600


@activity(
    "Transcoding", 1, TRANSCODING_LIST, heartbeat=30, start_to_close=1800, schedule_to_start=120
)
class Transcoding(Activity):
    """Transcode a video; says so of each megabyte, which takes half a minute at most."""

    def run(self, source: str, folder: str, width: int = 640) -> str:
        """The path of the new video.

        Raises:
            VideoError: naming the source, if it is no whole video or there is no place for it.
        """
        video, transcoder = present(source), at_hand()
        target = files.outputs(source, folder) / f"video{transcoder.SUFFIX}"
        with files.draft(target) as draft:
            for megabyte in megabytes(transcoder.transcode(video, draft, width)):
                if not self.heartbeat(megabyte):
                    raise Canceled
        return str(target)


def megabytes(sizes: Iterable[int]) -> Iterator[int]:
    """The whole megabytes in growing sizes, each once, from 0 on."""
    told = -1
    for size in sizes:
        if size // MEGABYTE > told:
            told = size // MEGABYTE
            yield told


@activity("ThumbnailGenerator", 1, TASK_LIST, start_to_close=300)
def generate_thumbnails(source: str, folder: str, count: int = 3, width: int = 160) -> list[str]:
    """Write pictures from evenly spread moments of a video; their paths."""
    video, transcoder = present(source), at_hand()
    step = transcoder.seconds(video) / (count + 1)
    return [thumbnail(source, folder, number * step, width) for number in range(1, count + 1)]


def thumbnail(source: str, folder: str, second: float, width: int) -> str:
    """Write one picture; its path tells the thousandth of a second."""
    target = files.outputs(source, folder) / f"thumbnail-{round(second * 1000):08}.jpg"
    with files.draft(target) as draft:
        at_hand().picture_at(Path(source), second, draft, width)
    return str(target)


@activity("MetadataProcessing", 1, TASK_LIST, start_to_close=60)
def process_metadata(source: str, folder: str, video: str, thumbnails: list[str]) -> dict[str, Any]:
    """Write `metadata.json` and return what it holds: seconds, width, height, bytes, by."""
    transcoder = at_hand()
    width, height = transcoder.shape(Path(video))
    known = {
        "seconds": round(transcoder.seconds(Path(source)), 3),
        "width": width,
        "height": height,
        "bytes": Path(video).stat().st_size,
        "thumbnails": len(thumbnails),
        "by": transcoder.NAME,
    }
    with files.draft(files.outputs(source, folder) / "metadata.json") as draft:
        draft.write_text(json.dumps(known, indent=2), encoding="utf-8")
    return known


@activity("AddSubtitles", 1, TASK_LIST, start_to_close=60)
def add_subtitles(source: str, folder: str) -> str | None:
    """Write the SubRip file beside a video as WebVTT; its path, None if there is no such file."""
    subrip = present(source).with_suffix(".srt")
    if not subrip.is_file():
        return None
    target = files.outputs(source, folder) / "subtitles.vtt"
    with files.draft(target) as draft:
        text = subrip.read_bytes().decode("utf-8", errors="replace")
        draft.write_text(subtitles.webvtt(text), encoding="utf-8")
    return str(target)


@activity("AskForApproval", 1, TASK_LIST, heartbeat=None, start_to_close=A_WEEK)
class AskForApproval(Activity):
    """Leave it to a person: `flowy complete TOKEN` approves, `flowy fail TOKEN` rejects."""

    def run(self, source: str, folder: str) -> None:
        """Write the token to `approval.token` in the video's outputs, and answer nothing."""
        with files.draft(files.outputs(source, folder) / "approval.token") as draft:
            draft.write_text(self.defer(), encoding="utf-8")


@activity("RemoveOutputs", 1, TASK_LIST, start_to_close=60)
def remove_outputs(source: str, folder: str) -> None:
    """Remove all outputs of one video; none is as good."""
    shutil.rmtree(files.outputs(source, folder), ignore_errors=True)


def present(source: str) -> Path:
    """The path of a video that is there.

    Raises:
        NotAVideo: if it is missing or empty.
    """
    path = Path(source)
    if not path.is_file():
        raise NotAVideo(f"{source} is no file")
    if path.stat().st_size == 0:
        raise NotAVideo(f"{source} is empty")
    return path
