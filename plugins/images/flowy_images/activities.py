"""The four units of work on one picture. Each may be killed and repeated at any point."""

from collections import Counter
from pathlib import Path

from flowy import Activity, Canceled, activity
from flowy_images import colours, files, pictures
from flowy_images.fetching import fetch

TASK_LIST = "image_processing"

HEARTBEAT = 5
"""Seconds without a sign of life until another worker gets the picture."""


@activity("DownloadPicture", 1, TASK_LIST, heartbeat=HEARTBEAT, start_to_close=60)
def download(url: str, folder: str) -> str:
    """Fetch a picture into `folder/downloads`; the answer is its path.

    Raises:
        DownloadFailed, NotAPicture, BrokenPicture: with the URL.
    """
    data = fetch(url)
    path = Path(folder) / "downloads" / (files.name_of(url) + pictures.suffix(data, url))
    files.write(path, data)
    return str(path)


@activity("ResizePicture", 1, TASK_LIST, heartbeat=HEARTBEAT, start_to_close=60)
def resize(path: str, width: int) -> str:
    """Write a JPEG of at most that width beside the downloads; the answer is its path."""
    source = Path(path)
    target = source.parent.with_name(f"width-{width}") / f"{source.stem}.jpg"
    files.write(target, pictures.scaled(source, width))
    return str(target)


@activity("PredominantColour", 1, TASK_LIST, heartbeat=HEARTBEAT, start_to_close=120)
class PredominantColour(Activity):
    """Name the colour that most of a picture has; says so of each megapixel that it has seen."""

    def run(self, path: str) -> str:
        counts: Counter[str] = Counter()
        for megapixels, strip in enumerate(pictures.strips(Path(path)), start=1):
            counts += colours.count(strip)
            if not self.heartbeat(megapixels):
                raise Canceled
        return colours.predominant(counts)


@activity("MovePicture", 1, TASK_LIST, heartbeat=HEARTBEAT, start_to_close=30)
def move(path: str, colour: str, folder: str) -> str:
    """Move a picture into `folder/<colour>`; the answer is its new path."""
    return str(files.move(Path(path), Path(folder) / colour))
